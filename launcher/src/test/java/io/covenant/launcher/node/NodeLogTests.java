package io.covenant.launcher.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeLogTests {

    @TempDir
    Path directory;

    @Test
    void givesTheLastLines() throws IOException {
        NodeLog log = written("one\ntwo\nthree\n");

        assertThat(log.tail(2)).containsExactly("two", "three");
        assertThat(log.tail(20)).hasSize(3);
    }

    @Test
    void givesNothingBeforeTheNodeWroteAnything() throws IOException {
        assertThat(new NodeLog(directory.resolve("never.log")).tail(5)).isEmpty();
    }

    @Test
    void keepsThePreviousRunBeside() throws IOException {
        NodeLog log = written("first run\n");

        log.turn();

        assertThat(log.tail(5)).isEmpty();
        assertThat(directory.resolve("node.log.1")).hasContent("first run\n");
    }

    @Test
    void followsTheNodeThroughItsRestart() throws Exception {
        NodeLog log = written("old\nlast words\n");
        var heard = new ByteArrayOutputStream();
        var wanted = new AtomicBoolean(true);
        Thread follower = Thread.ofVirtual().start(() -> {
            try {
                log.follow(1, heard, wanted::get);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> text(heard).equals("last words\n"));

        Files.writeString(log.file(), "more\n", StandardOpenOption.APPEND);
        await().until(() -> text(heard).equals("last words\nmore\n"));
        log.turn();
        Files.writeString(log.file(), "born again\n");

        await().until(() -> text(heard).equals("last words\nmore\nborn again\n"));
        wanted.set(false);
        follower.join();
    }

    private NodeLog written(String text) throws IOException {
        var log = new NodeLog(directory.resolve("node.log"));
        Files.writeString(log.file(), text);
        return log;
    }

    private static String text(ByteArrayOutputStream heard) {
        return heard.toString(StandardCharsets.UTF_8);
    }
}
