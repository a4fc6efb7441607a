package io.covenant.consensus.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.wal.LogOptions;
import org.junit.jupiter.api.Test;

class NodeSettingsTests {

    @Test
    void pinsTheDefaults() {
        assertThat(NodeSettings.standard("group", "a"))
                .isEqualTo(new NodeSettings(
                        "group",
                        "a",
                        Settings.standard(),
                        LogOptions.standard(),
                        50_000,
                        16_384,
                        16L << 20,
                        64L << 20));
        assertThat(NodeSettings.standard("group", "a").frameBytes()).isEqualTo((1 << 20) + 64 * 1024);
    }

    @Test
    void refusesBoundsThatHoldNothing() {
        var settings = NodeSettings.standard("group", "a");

        assertThatThrownBy(() -> settings.withEntriesPerSnapshot(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withWaiting(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withUnappliedBytes(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withLog(new LogOptions(1 << 20, true, 1 << 20, 2 << 20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("largest command");
    }
}
