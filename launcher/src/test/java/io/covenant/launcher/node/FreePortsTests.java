package io.covenant.launcher.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortsTests {

    @Test
    void areDifferentAndBelowThoseOfConnections() {
        assertThat(FreePorts.several(200)).hasSize(200).doesNotHaveDuplicates().allMatch(port -> port < 32_768);
    }

    @Test
    void areGivenOnce() {
        var ports = IntStream.range(0, 500).map(_ -> FreePorts.one()).boxed().toList();

        assertThat(ports).doesNotHaveDuplicates();
    }

    @Test
    void canBeListenedAtAtOnce() throws IOException {
        int port = FreePorts.one();
        try (var socket = new ServerSocket(port)) {
            assertThat(socket.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void saysHowManyThereAre() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> FreePorts.several(30_000))
                .withMessageContaining("of 30000 free ports from 12000 to 32767");
    }
}
