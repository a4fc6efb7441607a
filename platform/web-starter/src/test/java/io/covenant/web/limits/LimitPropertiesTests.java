package io.covenant.web.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.util.unit.DataSize;

class LimitPropertiesTests {

    @Test
    void readAQuarterOfAMegabyte() {
        assertThat(new Binder(List.of()).bindOrCreate("covenant.web", LimitProperties.class))
                .isEqualTo(new LimitProperties(DataSize.ofKilobytes(256)));
    }
}
