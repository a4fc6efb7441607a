package io.covenant.locks.spring.names;

/// Where the files of the registry lie: `/services/NAME/INSTANCE`.
final class Paths {

    static final String ROOT = "/services";

    private Paths() {}

    static String of(String service) {
        return ROOT + "/" + part(service);
    }

    static String of(String service, String instance) {
        return of(service) + "/" + part(instance);
    }

    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String part(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "'%s' cannot be a name in the registry: letters, digits, '.', '_' and '-', 64 of them at most"
                            .formatted(name));
        }
        return name;
    }
}
