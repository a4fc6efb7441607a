package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Gateway;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTextTests {

    @Test
    void saysWhichAreWholeAndWhatWasDoneToTheOthers() {
        var whole = Gateway.JSON.readTree("""
                {"audit": "cluster_audit", "whole": true, "entries": 12, "head": "ab12", "findings": []}""");
        var broken = Gateway.JSON.readTree("""
                {"audit": "operator_action", "whole": false, "entries": 4, "head": "cd34", "findings": [
                  {"number": 3, "kind": "REMOVED", "detail": "it is missing"}]}""");

        assertThat(AuditText.lines(List.of(whole, broken))).containsExactly("""
                        audit            entries  is             head
                        cluster_audit    12       whole          ab12
                        operator_action  4        TAMPERED WITH  cd34
                        operator_action: entry 3, removed: it is missing""".split("\n", -1));
    }
}
