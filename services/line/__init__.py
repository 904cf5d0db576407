"""The whole line on one database: fetcher, parser, webhooks, relay and API, in one process or in many.

house   what every process is built on            stages  the stages as loops that end when asked to
serve   the API, with the stages beside it        process one stage alone
line    every stage, one step at a time, under any clock
folder  the data folder, who may work in it       port    a listening socket, or why there is none
"""
