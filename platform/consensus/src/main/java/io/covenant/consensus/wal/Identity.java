package io.covenant.consensus.wal;

import java.util.regex.Pattern;

/// Whose directory it is: one member of one group.
///
/// @param group the group's name, with its epoch where a group can be founded anew
/// @param node  the member's name
public record Identity(String group, String node) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}");

    public Identity {
        requireName(group);
        requireName(node);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name of up to 100 letters, digits and ._:- : " + name);
        }
    }

    @Override
    public String toString() {
        return "node %s of group %s".formatted(node, group);
    }
}
