package io.covenant.locks.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockNamesTests {

    @ParameterizedTest
    @CsvSource({
        "alice, alice",
        "a.b_c-d~1, a.b_c-d~1",
        "a..b, a.%2Eb",
        "a...b, a.%2E.b",
        "a/b, a%2Fb",
        "100%, 100%25",
        "., %2E",
        "a., a.",
        "ä, %C3%A4"
    })
    void writesATextAsOneSegment(String text, String segment) {
        assertThat(LockNames.segment(text)).isEqualTo(segment);
    }

    @Test
    void refusesTheEmptyText() {
        assertThatIllegalArgumentException().isThrownBy(() -> LockNames.segment(""));
    }

    /// All texts of up to five of the characters that matter.
    @Test
    void makesDifferentSegmentsOfDifferentTexts() {
        var texts = new HashMap<String, String>();
        var characters = new String[] {".", "%", "2", "E", "a"};
        for (int number = 0; number < 5 * 5 * 5 * 5 * 5; number++) {
            var text = new StringBuilder();
            for (int rest = number; rest > 0; rest /= 5) {
                text.append(characters[rest % 5]);
            }
            if (!text.isEmpty()) {
                var before = texts.put(LockNames.segment(text.toString()), text.toString());
                assertThat(before).as("%s and %s", before, text).isIn(null, text.toString());
            }
        }
    }
}
