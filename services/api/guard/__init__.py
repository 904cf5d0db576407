"""What stands between a caller and the routes: every request is judged here before a route sees it.

receipt   the connection: a request not received in time is ended (uvicorn has no such limit of its own)
requests  the request: framing, size, media type and JSON that means one thing only
answers   the answer: strong ETags, 304 for what the caller has already
"""
