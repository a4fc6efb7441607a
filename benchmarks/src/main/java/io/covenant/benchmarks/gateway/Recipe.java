package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.KeepAliveClient;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.node.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How a contestant is started.
sealed interface Recipe {

    String name();

    /// What it is, in a line.
    String description();

    /// Whether it grows faster while its code is compiled.
    boolean isCompiledWhileItRuns();

    /// Starts it, and waits until it passes requests on.
    ///
    /// @param directory of this one alone, empty
    Proxy start(Rig rig, Cores cores, Path directory) throws IOException, InterruptedException;

    /// No proxy: what load and backends can do by themselves.
    record Direct() implements Recipe {

        static final String NAME = "direct";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String description() {
            return "the backend itself, and so the bound of what the load can measure";
        }

        @Override
        public boolean isCompiledWhileItRuns() {
            return true;
        }

        @Override
        public Proxy start(Rig rig, Cores cores, Path directory) {
            return new Proxy(this, rig.backends().getFirst(), null);
        }
    }

    /// A program of the system with a configuration file.
    ///
    /// @param arguments with FILE for the configuration
    /// @param configuration with PORT, BACKEND_1, BACKEND_2 and HOME
    record Program(
            String name,
            String version,
            Path program,
            Map<String, String> environment,
            List<String> arguments,
            String configuration)
            implements Recipe {

        public Program {
            environment = Map.copyOf(environment);
            arguments = List.copyOf(arguments);
        }

        @Override
        public String description() {
            return version + ", one worker, connections to the backends kept open, no access log";
        }

        @Override
        public boolean isCompiledWhileItRuns() {
            return false;
        }

        @Override
        public Proxy start(Rig rig, Cores cores, Path directory) throws IOException, InterruptedException {
            var servers = new Servers(directory);
            int port = FreePorts.one();
            Path home = servers.home(name);
            Path file = Files.writeString(
                    home.resolve("configuration"),
                    configuration
                            .replace("PORT", Integer.toString(port))
                            .replace("BACKEND_1", "127.0.0.1:" + rig.backends().getFirst())
                            .replace("BACKEND_2", "127.0.0.1:" + rig.backends().getLast())
                            .replace("HOME", home.toString()));
            var command = new ArrayList<>(List.of(program.toString()));
            arguments.stream()
                    .map(argument -> argument.replace("FILE", file.toString()))
                    .forEach(command::add);
            return Starting.start(this, servers, port, cores.proxy(command), environment, rig);
        }
    }

    /// A JVM.
    ///
    /// @param flags of the JVM, with NODE for the name
    /// @param jar its libraries beside it
    /// @param main empty for what the jar's manifest names
    /// @param arguments with PORT, ADMIN_PORT, BACKEND_1, BACKEND_2 and ISSUER
    record Java(String name, String description, List<String> flags, Path jar, String main, List<String> arguments)
            implements Recipe {

        public Java {
            flags = List.copyOf(flags);
            arguments = List.copyOf(arguments);
        }

        @Override
        public boolean isCompiledWhileItRuns() {
            return true;
        }

        /// The same with one more flag.
        Java with(String flag) {
            var more = new ArrayList<>(flags);
            more.add(flag);
            return new Java(name, description, more, jar, main, arguments);
        }

        @Override
        public Proxy start(Rig rig, Cores cores, Path directory) throws IOException, InterruptedException {
            int port = FreePorts.one();
            var command = new ArrayList<>(List.of(JavaRuntime.current().executable()));
            flags.stream().map(flag -> flag.replace("NODE", name)).forEach(command::add);
            command.addAll(main.isEmpty() ? List.of("-jar", jar.toString()) : List.of("-cp", jar.toString(), main));
            arguments.stream()
                    .map(argument -> argument.replace("ADMIN_PORT", Integer.toString(FreePorts.one()))
                            .replace("PORT", Integer.toString(port))
                            .replace(
                                    "BACKEND_1",
                                    "http://127.0.0.1:" + rig.backends().getFirst())
                            .replace(
                                    "BACKEND_2",
                                    "http://127.0.0.1:" + rig.backends().getLast())
                            .replace("ISSUER", rig.issuer().uri()))
                    .forEach(command::add);
            return Starting.start(this, new Servers(directory), port, cores.proxy(command), Map.of(), rig);
        }
    }

    /// The part of a start that all have in common.
    final class Starting {

        private static final Duration PATIENCE = Duration.ofSeconds(5);

        private Starting() {}

        private static Proxy start(
                Recipe recipe,
                Servers servers,
                int port,
                List<String> command,
                Map<String, String> environment,
                Rig rig)
                throws IOException, InterruptedException {
            try (var client = new KeepAliveClient(port, PATIENCE)) {
                servers.start(recipe.name(), command, environment);
                var token = Map.of("Authorization", "Bearer " + rig.token());
                servers.await(recipe.name(), () -> client.get(Rig.PATH, token).status() == 200);
                return new Proxy(recipe, port, servers);
            } catch (IOException | InterruptedException | RuntimeException e) {
                servers.close();
                throw e;
            }
        }
    }
}
