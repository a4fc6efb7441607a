package io.covenant.locks.namespace;

import org.jspecify.annotations.Nullable;

/// What names may look like: segments of printable ASCII, with a slash between them, without a blank, a
/// quote, an asterisk, a backslash or `..`. A path is a name that begins with a slash.
public final class NameRule {

    private NameRule() {}

    /// The refusal of this name, or null.
    static Reply.@Nullable Refused refusal(String name, Limits limits) {
        return name.length() > limits.nameChars() ? tooLong(name, limits) : isName(name) ? null : invalid(name);
    }

    private static boolean isName(String name) {
        int length = name.length();
        if (length == 0 || name.charAt(length - 1) == '/') {
            return false;
        }
        char before = 'a';
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (!allowed(c) || (c == before && (c == '/' || c == '.')) || (c == '.' && alone(name, i))) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private static Reply.Refused tooLong(String name, Limits limits) {
        return new Reply.Refused(RefusalCode.NAME_TOO_LONG, name.substring(0, 32) + "...", limits.nameChars());
    }

    static Reply.@Nullable Refused refusalOfPath(String path, Limits limits) {
        var refused = refusal(path, limits);
        return refused == null && path.charAt(0) != '/' ? invalid(path) : refused;
    }

    /// The refusal of what no name begins with, or null. Nothing, and a name with a slash at its end, are prefixes.
    public static Reply.@Nullable Refused refusalOfPrefix(String prefix, Limits limits) {
        return prefix.length() > limits.nameChars()
                ? tooLong(prefix, limits)
                : isName(prefix + 'x') ? null : invalid(prefix);
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
