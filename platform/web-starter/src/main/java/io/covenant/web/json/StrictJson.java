package io.covenant.web.json;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.deser.jdk.NumberDeserializers;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ValueNode;
import tools.jackson.databind.type.LogicalType;

/// The rules of reading and writing JSON here: what was not meant is refused, what was written is kept exactly.
///
/// Unknown fields, fields given twice, text after the end, numbers for strings, strings for numbers, fractions for
/// integers and `null` for primitives are refused. Numbers with a fraction stay decimal, also in trees, and are written
/// without an exponent; times are ISO 8601.
public final class StrictJson {

    /// More digits than these, on either side of the point, no figure of a business has; a short `1e999999999` would
    /// take gigabytes to write.
    static final int MOST_DIGITS = 60;

    private StrictJson() {}

    /// A mapper of these rules, for those who have no Spring to give them one.
    public static JsonMapper mapper() {
        var builder = JsonMapper.builder();
        configure(builder);
        return builder.build();
    }

    static void configure(JsonMapper.Builder builder) {
        builder.enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                .withCoercionConfigDefaults(all -> all.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
                .withCoercionConfig(LogicalType.Textual, text -> {
                    text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                    text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                    text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
                .nodeFactory(new BoundedNodes())
                .addModule(
                        new SimpleModule("bounded-decimals").addDeserializer(BigDecimal.class, new BoundedDecimal()));
    }

    private static boolean unbounded(BigDecimal value) {
        return Math.abs((long) value.scale()) > MOST_DIGITS || value.precision() > 2 * MOST_DIGITS;
    }

    private static final class BoundedNodes extends JsonNodeFactory {

        @Override
        public ValueNode numberNode(@Nullable BigDecimal value) {
            if (value != null && unbounded(value)) {
                throw new StreamConstraintsException("more than %d digits".formatted(MOST_DIGITS));
            }
            return super.numberNode(value);
        }
    }

    private static final class BoundedDecimal extends NumberDeserializers.BigDecimalDeserializer {

        @Override
        public BigDecimal deserialize(JsonParser json, DeserializationContext context) {
            var value = super.deserialize(json, context);
            if (value != null && unbounded(value)) {
                return context.reportInputMismatch(BigDecimal.class, "more than %d digits", MOST_DIGITS);
            }
            return value;
        }
    }
}
