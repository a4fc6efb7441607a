package io.covenant.locks.faults;

import io.covenant.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A [SleepyHolder] as a process, to be stopped and continued.
final class HolderProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader says;
    private final long token;

    HolderProcess(TestDatabase database, URI node) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SleepyHolder.class.getName(),
                        node.toString(),
                        database.jdbcUrl(),
                        database.runtimeUsername(),
                        database.runtimePassword())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        says = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        token = Long.parseLong(line("holds ").substring("holds ".length()));
    }

    long token() {
        return token;
    }

    void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    /// What became of its write.
    String afterWaking() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return line("");
    }

    /// Logs go to the same place.
    private String line(String prefix) throws IOException {
        for (String line = says.readLine(); line != null; line = says.readLine()) {
            if (line.startsWith("holds ") || line.startsWith("refused ") || line.equals("wrote")) {
                if (line.startsWith(prefix)) {
                    return line;
                }
            }
        }
        throw new IOException("the holder ended");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
