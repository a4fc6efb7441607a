package io.covenant.locks.namespace;

import org.jspecify.annotations.Nullable;

/// What names may look like: segments of printable ASCII, with a slash between them, without a blank, a
/// quote, an asterisk, a backslash or `..`. A path is a name that begins with a slash.
final class NameRule {

    private NameRule() {}

    /// The refusal of this name, or null.
    static Reply.@Nullable Refused refusal(String name, Limits limits) {
        int length = name.length();
        if (length > limits.nameChars()) {
            return new Reply.Refused(RefusalCode.NAME_TOO_LONG, name.substring(0, 32) + "...", limits.nameChars());
        }
        if (length == 0 || name.charAt(length - 1) == '/') {
            return invalid(name);
        }
        char before = 'a';
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (!allowed(c) || (c == before && (c == '/' || c == '.')) || (c == '.' && alone(name, i))) {
                return invalid(name);
            }
            before = c;
        }
        return null;
    }

    static Reply.@Nullable Refused refusalOfPath(String path, Limits limits) {
        var refused = refusal(path, limits);
        return refused == null && path.charAt(0) != '/' ? invalid(path) : refused;
    }

    /// Session names and principals: a name, or nothing.
    static Reply.@Nullable Refused refusalOfLabel(String label, Limits limits) {
        return label.isEmpty() ? null : refusal(label, limits);
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static boolean allowed(char c) {
        return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '\'' && c != '*';
    }

    private static boolean alone(String name, int at) {
        return (at == 0 || name.charAt(at - 1) == '/') && (at + 1 == name.length() || name.charAt(at + 1) == '/');
    }

    private static Reply.Refused invalid(String name) {
        return new Reply.Refused(RefusalCode.NAME_INVALID, printable(name), 0);
    }

    /// A name that is repeated in an answer must not bring control characters there.
    private static String printable(String name) {
        var shown = new StringBuilder(name.length());
        name.chars().forEach(c -> shown.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
        return shown.toString();
    }
}
