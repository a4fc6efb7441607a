package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Gateway;
import org.junit.jupiter.api.Test;

class GatewayTextTests {

    @Test
    void showsWhatIsSetAndWhatComesOfIt() {
        var cluster = Gateway.JSON.readTree("""
                {"service": "orders", "version": 3, "changedBy": "olga",
                 "settings": {"policy": "hash", "hashKey": "header:X-Customer"},
                 "store": {"kind": "postgresql", "shared": true, "meaning": "all follow"},
                 "gateways": [{"gateway": "gateway", "version": 3}, {"gateway": "other", "version": 2}]}""");
        var state = Gateway.JSON.readTree("""
                {"panic": false, "instances": [
                  {"id": "orders-1", "weight": 3, "state": "AVAILABLE", "share": {"due": 1, "actual": 0.749},
                   "sinceChange": 749, "inFlight": 2, "latencyMillis": 2.13},
                  {"id": "orders-2", "weight": 1, "state": "ON_TRIAL", "share": {"due": 0, "actual": 0.251},
                   "sinceChange": 251, "inFlight": 0, "latencyMillis": 1000,
                   "ejection": {"meaning": "answers nothing while requests wait"}}]}""");

        assertThat(GatewayText.lines(cluster, state)).containsExactly("""
                        orders: hash by header:X-Customer, version 3 set by olga
                          instance  weight  state      due      actual  since change  in flight  latency    ejected
                          orders-1  3       available  100.0 %  74.9 %  749           2          2.1 ms
                          orders-2  1       on trial   0.0 %    25.1 %  251           0          1000.0 ms  answers nothing while requests wait
                          other follows version 2 still""".split("\n", -1));
    }

    @Test
    void saysWhereSettingsAreKeptWhenNobodyElseFollows() {
        var cluster = Gateway.JSON.readTree("""
                {"service": "orders", "version": 0, "settings": {"policy": "least-loaded"},
                 "store": {"kind": "memory", "shared": false, "meaning": "this process alone"}}""");

        assertThat(GatewayText.lines(cluster, Gateway.JSON.readTree("{\"instances\": [], \"panic\": true}")))
                .startsWith("orders: least-loaded, as configured")
                .endsWith("  too few are available, so all are used", "  kept in memory: this process alone");
    }

    @Test
    void showsTheCanariesThatOperatorsSet() {
        var cluster = Gateway.JSON.readTree("""
                {"version": 4, "settings": {"policy": "random", "canaries": {
                  "customers": {"percent": 0.5, "subset": {"version": "2"}, "header": "X-Canary"},
                  "orders": {"percent": 30.0, "subset": {"version": "2", "zone": "a"}, "header": ""}}},
                 "store": {"shared": true}}""");

        var lines = new String[] {
            "  canary of customers: 0.5 % to version=2, or as X-Canary says",
            "  canary of orders: 30 % to version=2, zone=a"
        };
        assertThat(GatewayText.draft(cluster)).contains(lines);
        assertThat(GatewayText.lines(cluster, Gateway.JSON.readTree("{}"))).contains(lines);
    }

    @Test
    void showsWhatWouldBe() {
        var cluster = Gateway.JSON.readTree("""
                {"version": 4, "settings": {"policy": "weighted"}, "instances": [
                  {"id": "orders-1", "weight": 3, "draining": false, "due": 1},
                  {"id": "orders-2", "weight": 1, "draining": true, "due": 0}]}""");

        assertThat(GatewayText.draft(cluster)).containsExactly("""
                        Would be version 4: weighted
                          instance  weight   due
                          orders-1  3        100.0 %
                          orders-2  drained  0.0 %""".split("\n", -1));
    }
}
