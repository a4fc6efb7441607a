package io.covenant.locks.spring.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceRecordTests {

    private static final URI ADDRESS = URI.create("http://127.0.0.1:8101");

    @Test
    void isReadAsItWasWritten() {
        var record = new ServiceRecord(ADDRESS, 50, "a", "one");

        assertThat(ServiceRecord.read(record.toBytes())).contains(record);
    }

    @Test
    void takesWhatANewerVersionAddsAndAnOlderOneLacks() {
        assertThat(read("{\"address\":\"http://127.0.0.1:8101\",\"colour\":\"red\"}"))
                .contains(new ServiceRecord(ADDRESS, 100, "", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "hello",
                "{}",
                "{\"address\":\"8101\"}",
                "{\"address\":\"file:///etc/passwd\"}",
                "{\"address\":\"http://a b\"}",
                "{\"address\":\"http://h:1\",\"weight\":-1}",
                "{\"address\":\"http://h:1\",\"weight\":\"much\"}"
            })
    void passesOverWhatIsNoRecord(String text) {
        assertThat(read(text)).isEmpty();
    }

    @Test
    void passesOverWhatIsTooLong() {
        assertThat(read("{\"address\":\"http://h:1\",\"zone\":\"%s\"}".formatted("z".repeat(1_024))))
                .isEmpty();
    }

    @Test
    void refusesWhatNobodyCouldCall() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServiceRecord(URI.create("tcp://h:1"), 1, "", ""))
                .withMessageContaining("http");
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceRecord(ADDRESS, 10_001, "", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServiceRecord(ADDRESS, 1, "z".repeat(1_024), "").toBytes())
                .withMessageContaining("1024");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "ä", "-a", "a b"})
    void refusesNamesThatAreNoPartOfAPath(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Paths.of("orders", name));
        assertThatIllegalArgumentException().isThrownBy(() -> Paths.of(name));
    }

    private static Optional<ServiceRecord> read(String text) {
        return ServiceRecord.read(text.getBytes(StandardCharsets.UTF_8));
    }
}
