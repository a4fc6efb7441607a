package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTests {

    @TempDir
    Path directory;

    @Test
    void prefersWhatIsOnThePath() throws Exception {
        Path installed = program(directory.resolve("bin"), "etcd");
        program(directory.resolve("peers/etcd/usr/bin"), "etcd");
        var peers = new Peers(directory.resolve("peers"), ":" + directory.resolve("bin"));

        assertThat(peers.etcd()).contains(installed);
        assertThat(peers.environment(installed)).isEmpty();
        assertThat(Peers.version(installed, Map.of())).isEqualTo("v=7.0.15");
    }

    @Test
    void takesWhatIsUnpackedWithItsLibraries() throws Exception {
        Path redis = program(directory.resolve("peers/redis/usr/bin"), "redis-server");
        Path libraries = Files.createDirectories(directory.resolve("peers/redis/usr/lib/x86_64-linux-gnu"));
        var peers = new Peers(directory.resolve("peers"), "");

        assertThat(peers.redis()).contains(redis);
        assertThat(peers.environment(redis)).containsEntry("LD_LIBRARY_PATH", libraries.toString());
        assertThat(peers.etcd()).isEmpty();
    }

    private static Path program(Path in, String name) throws Exception {
        Path program = Files.createDirectories(in).resolve(name);
        Files.writeString(program, "#!/bin/sh\necho v=7.0.15 sha=1234 build=5\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
