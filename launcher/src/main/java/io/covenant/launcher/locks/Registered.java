package io.covenant.launcher.locks;

import io.covenant.launcher.client.Gateway;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// An instance of a service in the registry.
///
/// @param session with which it ends; 0 for a file that somebody put there for good
public record Registered(String service, String instance, String address, String weight, String zone, long session) {

    static Registered read(String path, long session, String content) {
        JsonNode told = told(content);
        String[] parts = path.split("/", -1);
        return new Registered(
                parts[parts.length - 2],
                parts[parts.length - 1],
                told.path("address").asString("(unreadable)"),
                told.path("weight").asString(""),
                told.path("zone").asString(""),
                session);
    }

    private static JsonNode told(String content) {
        try {
            return Gateway.JSON.readTree(content);
        } catch (JacksonException _) {
            return Gateway.JSON.createObjectNode();
        }
    }
}
