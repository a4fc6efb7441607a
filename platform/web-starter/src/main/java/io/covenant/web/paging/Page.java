package io.covenant.web.paging;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A part of a list, and where the rest begins.
///
/// @param items what was asked for
/// @param next  the value of `after` that brings the next page; absent at the end
public record Page<T>(
        List<T> items,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String next) {

    public Page {
        items = List.copyOf(items);
    }

    /// Cuts a page out of one row more than it holds: the extra row tells that there is a next page.
    ///
    /// @param rows   at most `limit + 1` rows
    /// @param cursor the key of a row, as the next page takes it
    public static <T> Page<T> of(List<T> rows, Limit limit, Function<? super T, String> cursor) {
        if (rows.size() <= limit.value()) {
            return new Page<>(rows, null);
        }
        var items = rows.subList(0, limit.value());
        return new Page<>(items, cursor.apply(items.getLast()));
    }

    /// The same page of something else.
    public <R> Page<R> map(Function<? super T, ? extends R> view) {
        return new Page<>(items.stream().<R>map(view).toList(), next);
    }
}
