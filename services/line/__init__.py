"""The whole line in one process: fetcher, parser, webhooks and API on one database.

line   every stage, one step at a time, under any clock        serve   the stages as loops beside the API
folder the data folder, held by one process                    port    a listening socket, or why there is none
"""
