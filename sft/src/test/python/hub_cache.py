"""What huggingface_hub makes of the cache in HF_HOME: run by PythonCacheTest.

hub_cache.py check REPO FILE   finds what Linnet has downloaded, without asking a server
hub_cache.py download REPO     downloads a repository from HF_ENDPOINT
"""

import sys

from huggingface_hub import _CACHED_NO_EXIST, hf_hub_download, scan_cache_dir, snapshot_download, try_to_load_from_cache


def check(repo, file):
    snapshot = snapshot_download(repo, local_files_only=True)
    path = hf_hub_download(repo, file, local_files_only=True)
    assert path == f"{snapshot}/{file}", (path, snapshot)
    assert try_to_load_from_cache(repo, "generation_config.json") is _CACHED_NO_EXIST
    cache = scan_cache_dir()
    assert not cache.warnings, cache.warnings
    assert not cache.incomplete_files, cache.incomplete_files
    found = next(model for model in cache.repos if model.repo_id == repo)
    assert [sorted(revision.refs) for revision in found.revisions] == [["main"]], found
    print(snapshot)


def download(repo):
    print(snapshot_download(repo))


if __name__ == "__main__":
    {"check": check, "download": download}[sys.argv[1]](*sys.argv[2:])
