package io.covenant.web.paging;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.web.json.StrictJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTests {

    @Test
    void tellsWhereTheNextPageBegins() {
        var page = Page.of(List.of("a", "b", "c"), new Limit(2), key -> key);

        assertThat(page.items()).containsExactly("a", "b");
        assertThat(page.next()).isEqualTo("b");
        assertThat(page.map(String::length).next()).isEqualTo("b");
    }

    @Test
    void endsWithTheLastItem() {
        var page = Page.of(List.of("a", "b"), new Limit(2), key -> key);

        assertThat(page.items()).containsExactly("a", "b");
        assertThat(page.next()).isNull();
        assertThat(StrictJson.mapper().writeValueAsString(page)).isEqualTo("{\"items\":[\"a\",\"b\"]}");
    }
}
