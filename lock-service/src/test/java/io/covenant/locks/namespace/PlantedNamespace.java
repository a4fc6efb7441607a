package io.covenant.locks.namespace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.file.Files;
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

/// This package with a mistake in its source, compiled in memory and loaded beside the real one, together
/// with the random runs that examine it.
final class PlantedNamespace extends ClassLoader {

    private static final String PACKAGE = PlantedNamespace.class.getPackageName();
    private static final Path SOURCES = Path.of("src/main/java", PACKAGE.split("\\."));

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    /// Kept open: it remembers the class path.
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private final Map<String, byte[]> planted;

    private PlantedNamespace(Map<String, byte[]> planted) {
        super(PlantedNamespace.class.getClassLoader());
        this.planted = planted;
    }

    /// The random runs over the namespace that has this bug.
    static LongConsumer runs(PlantedBug bug) throws ReflectiveOperationException, IOException {
        var source = bug.plantedIn(Files.readString(SOURCES.resolve(bug.type() + ".java")));
        var loader = new PlantedNamespace(compiled(bug.type(), source));
        var runs = loader.loadClass(RandomRun.class.getName());
        var lookup = MethodHandles.privateLookupIn(runs, MethodHandles.lookup());
        var play = lookup.findStatic(runs, "play", MethodType.methodType(void.class, long.class));
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
        if (!name.startsWith(PACKAGE + '.')) {
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
            super(URI.create("string:///" + PACKAGE.replace('.', '/') + '/' + type + ".java"), Kind.SOURCE);
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
