package io.covenant.locks.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The cluster with a mistake in its source, compiled in memory and loaded beside the real one, together with
/// the worlds that examine it.
final class PlantedCluster extends ClassLoader {

    private static final String LOCKS = "io.covenant.locks.";
    private static final String CONSENSUS = "io.covenant.consensus.";

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    /// Kept open: it remembers the class path.
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private final Map<String, byte[]> planted;
    private final boolean consensusToo;

    private PlantedCluster(Map<String, byte[]> planted) {
        super(PlantedCluster.class.getClassLoader());
        this.planted = planted;
        this.consensusToo = planted.keySet().stream().anyMatch(name -> name.startsWith(CONSENSUS));
    }

    /// The worlds of a cluster that has this bug.
    static LongConsumer worlds(PlantedBug bug) throws ReflectiveOperationException, IOException {
        var file = Path.of(bug.where.root, bug.where.inPackage.split("\\.")).resolve(bug.type + ".java");
        var source = bug.plantedIn(java.nio.file.Files.readString(file));
        var loader = new PlantedCluster(compiled(bug.where.inPackage + '.' + bug.type, source));
        var cluster = loader.loadClass(SimulatedCluster.class.getName());
        var lookup = MethodHandles.privateLookupIn(cluster, MethodHandles.lookup());
        var play = lookup.findStatic(cluster, "play", MethodType.methodType(void.class, long.class));
        return seed -> {
            try {
                play.invoke(seed);
            } catch (RuntimeException | Error thrown) {
                throw thrown;
            } catch (Throwable thrown) {
                throw new AssertionError(thrown);
            }
        };
    }

    private static Map<String, byte[]> compiled(String type, String source) {
        var classes = new HashMap<String, ByteArrayOutputStream>();
        var task = COMPILER.getTask(
                null,
                new InMemory(FILES, classes),
                null,
                List.of("-proc:none", "-nowarn"),
                null,
                List.of(new Source(type, source)));
        if (!task.call()) {
            throw new AssertionError("does not compile: " + type);
        }
        var bytes = new HashMap<String, byte[]>();
        classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
        return bytes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(LOCKS) && !(consensusToo && name.startsWith(CONSENSUS))) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] bytes = bytes(name);
                loaded = defineClass(name, bytes, 0, bytes.length);
            }
            return loaded;
        }
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        var bytes = planted.get(name);
        if (bytes != null) {
            return bytes;
        }
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String type, String text) {
            super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {

        private final Map<String, ByteArrayOutputStream> classes;

        InMemory(StandardJavaFileManager files, Map<String, ByteArrayOutputStream> classes) {
            super(files);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location,
                String name,
                JavaFileObject.Kind kind,
                javax.tools.FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
                @Override
                public OutputStream openOutputStream() {
                    var out = new ByteArrayOutputStream();
                    classes.put(name, out);
                    return out;
                }
            };
        }
    }
}
