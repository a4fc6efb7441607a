package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.Refusal;
import java.util.HashMap;
import org.junit.jupiter.api.Test;

class StorableTests {

    @Test
    void leavesGoodTextsAlone() {
        assertThat(Storable.text("Zoë \uD83D\uDE80")).isEqualTo("Zoë \uD83D\uDE80");
        assertThat(Storable.text(null)).isNull();
    }

    @Test
    void replacesWhatNoDatabaseTakes() {
        assertThat(Storable.text("a\0b\uD83Dc")).isEqualTo("a\uFFFDb\uFFFDc");
    }

    @Test
    void cutsWhatNobodyReads() {
        assertThat(Storable.text("x".repeat(5000))).hasSize(1000);
        var parameters = new HashMap<String, String>();
        for (int i = 0; i < 500; i++) {
            parameters.put("k" + i, "v\0");
        }

        var refusal = Storable.refusal(new Refusal("c\0", "d", parameters));

        assertThat(refusal.parameters()).hasSize(50).containsValue("v\uFFFD");
        assertThat(refusal.code()).isEqualTo("c\uFFFD");
    }
}
