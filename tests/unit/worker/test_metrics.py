"""A worker's own figures."""

from prometheus_client import generate_latest

from contract.decode_exits import DecodeExits
from worker.metrics import Metrics


def test_what_was_done_is_counted():
    metrics = Metrics()
    metrics.completed(model="demo", device="cpu", timings={"separating": 2.0, "realtime_factor": 3.0})
    metrics.ended("failed", "internal")
    metrics.models.loaded("demo", 0.5)
    metrics.models.resident(100)
    text = generate_latest(metrics.registry).decode()
    assert 'stemify_worker_stage_seconds_count{stage="separating"} 1.0' in text
    assert 'stemify_worker_realtime_factor_sum{device="cpu",model="demo"} 3.0' in text
    assert 'stemify_worker_attempts_ended_total{code="internal",ending="failed"} 1.0' in text
    assert 'stemify_worker_model_load_seconds_count{model="demo"} 1.0' in text
    assert "stemify_worker_resident_bytes 100.0" in text
    assert 'stage="realtime_factor"' not in text


def test_how_jailed_reads_ended_is_counted():
    metrics = Metrics(DecodeExits(lambda: {"done": 3, "wall time": 1}))
    text = generate_latest(metrics.registry).decode()
    assert 'stemify_decode_child_exit_total{reason="done"} 3.0' in text
    assert 'stemify_decode_child_exit_total{reason="wall time"} 1.0' in text
