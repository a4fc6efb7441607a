package io.covenant.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerReaderTests {

    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nX-Content-Length-Of-It: 9\r\ncontent-LENGTH: 5\r\n\r\nhello";

    private final AnswerReader reader = new AnswerReader();

    @Test
    void readsAnAnswerAndTheNext() {
        ByteBuf in = buffer(ANSWER + "HTTP/1.1 503 No\r\nContent-Length:0\r\n\r\n");

        assertThat(reader.read(in)).isEqualTo(200);
        assertThat(reader.read(in)).isEqualTo(503);
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void readsAnAnswerThatComesByteByByte() {
        for (int i = 0; i < ANSWER.length() - 1; i++) {
            assertThat(reader.read(buffer(ANSWER.substring(i, i + 1)))).isZero();
        }

        assertThat(reader.read(buffer("o"))).isEqualTo(200);
    }

    @Test
    void refusesWhatItCannotRead() {
        assertThatThrownBy(() -> reader.read(buffer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")))
                .hasMessage("an answer with status 200 has no Content-Length");
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
