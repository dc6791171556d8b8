"""Writes and checks what stands in Dashboards/: Grafana boards, Prometheus rules, SQL."""
