package io.covenant.locks.spring;

import io.covenant.locks.wire.LockHeaders;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Headers;

/// Fencing tokens in the headers of Kafka records.
public final class FencedRecords {

    private FencedRecords() {}

    /// Writes the token of the [FencingContext], if there is one.
    public static void write(Headers headers) {
        FencingContext.token().ifPresent(token -> {
            headers.remove(LockHeaders.FENCING_TOKEN);
            headers.add(LockHeaders.FENCING_TOKEN, Long.toString(token).getBytes(StandardCharsets.US_ASCII));
        });
    }

    /// The token under which a record was written; the consumer shows it to its own guard.
    ///
    /// @throws IllegalArgumentException when the header is no token
    public static OptionalLong token(Headers headers) {
        var header = headers.lastHeader(LockHeaders.FENCING_TOKEN);
        return header == null ? OptionalLong.empty() : FencingHeaders.parse(header.value());
    }

    /// Does this with the record's token in the [FencingContext].
    public static void under(Headers headers, Runnable work) {
        var token = token(headers);
        if (token.isEmpty()) {
            work.run();
            return;
        }
        try (var _ = FencingContext.open(token.getAsLong())) {
            work.run();
        }
    }
}
