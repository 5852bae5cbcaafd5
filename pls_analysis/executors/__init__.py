"""Where jobs run: guarded processes of this machine, or a Dask cluster, by one interface.

Both are a `concurrent.futures.Executor`; a job is a function of a module, with plain values.
"""
