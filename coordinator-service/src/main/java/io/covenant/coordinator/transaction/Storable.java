package io.covenant.coordinator.transaction;

import io.covenant.transactions.Refusal;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Texts from other services, made fit for a database: PostgreSQL takes no NUL, UTF-8 no half characters, and
/// nobody reads more than a page.
final class Storable {

    private static final int LONGEST = 1000;
    private static final int MOST_PARAMETERS = 50;

    private Storable() {}

    static @Nullable String text(@Nullable String text) {
        return text == null ? null : clean(text);
    }

    static Refusal refusal(Refusal refusal) {
        var parameters = new LinkedHashMap<String, String>();
        refusal.parameters().entrySet().stream()
                .limit(MOST_PARAMETERS)
                .forEach(parameter -> parameters.put(clean(parameter.getKey()), clean(parameter.getValue())));
        return new Refusal(clean(refusal.code()), clean(refusal.detail()), parameters);
    }

    private static String clean(String text) {
        boolean fit = text.length() <= LONGEST;
        for (int i = 0; fit && i < text.length(); i++) {
            fit = text.charAt(i) != 0 && !Character.isSurrogate(text.charAt(i));
        }
        if (fit) {
            return text;
        }
        var clean = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? 0xFFFD : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
