"""One module a resource. Routes are plain functions over storage; FastAPI runs them in worker threads."""
