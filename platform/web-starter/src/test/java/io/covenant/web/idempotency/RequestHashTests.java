package io.covenant.web.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.web.json.StrictJson;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestHashTests {

    record Line(String sku, int quantity, BigDecimal price) {}

    record Order(List<Line> lines, Map<String, String> notes) {}

    private final RequestHash hash = new RequestHash(StrictJson.mapper());

    @Test
    void isTheSameForWhatMeansTheSame() {
        var one = new LinkedHashMap<String, String>();
        one.put("a", "1");
        one.put("b", "2");
        var other = new LinkedHashMap<String, String>();
        other.put("b", "2");
        other.put("a", "1");

        assertThat(hash.of(new Order(List.of(new Line("A", 1, new BigDecimal("12.5"))), one)))
                .isEqualTo(hash.of(new Order(List.of(new Line("A", 1, new BigDecimal("12.500"))), other)))
                .matches("[0-9a-f]{64}");
    }

    @Test
    void differsForWhatMeansSomethingElse() {
        var one = new Line("A", 1, BigDecimal.ONE);
        var two = new Line("B", 1, BigDecimal.ONE);

        assertThat(hash.of(new Order(List.of(one, two), Map.of())))
                .isNotEqualTo(hash.of(new Order(List.of(two, one), Map.of())))
                .isNotEqualTo(hash.of(new Order(List.of(one), Map.of())));
    }
}
