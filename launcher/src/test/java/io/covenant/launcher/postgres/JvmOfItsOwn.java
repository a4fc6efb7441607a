package io.covenant.launcher.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Another JVM that starts a server and then ends, or waits to be killed.
record JvmOfItsOwn(Process process, Path home) {

    static JvmOfItsOwn withTemporaryServer() throws IOException {
        return start("temporary");
    }

    static JvmOfItsOwn thatStartsAndEnds(Path home) throws IOException, InterruptedException {
        JvmOfItsOwn jvm = start(home.toString());
        jvm.process().waitFor(30, TimeUnit.SECONDS);
        return jvm;
    }

    private static JvmOfItsOwn start(String argument) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JvmOfItsOwn.class.getName(),
                        argument)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
        return new JvmOfItsOwn(process, Path.of(Objects.requireNonNull(output.readLine(), "it ended too early")));
    }

    List<ProcessHandle> children() {
        return process.children().toList();
    }

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments[0].equals("temporary")) {
            System.out.println(
                    TemporaryPostgres.start(PostgresSettings.durable()).server().home());
            Thread.currentThread().join();
        } else {
            PostgresServer server =
                    PostgresServer.in(Path.of(arguments[0]), PostgresBinaries.unpacked(), PostgresSettings.durable());
            server.start(PostgresServer.IfRunning.REFUSE);
            System.out.println(server.home());
        }
    }
}
