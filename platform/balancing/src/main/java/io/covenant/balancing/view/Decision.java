package io.covenant.balancing.view;

import java.util.List;

/// Why one request went to one instance.
///
/// @param policy  its label
/// @param picked  the id of the instance; empty when nobody was left
/// @param because what decided, in order
public record Decision(String policy, String picked, List<String> because, List<Considered> considered) {

    public Decision {
        because = List.copyOf(because);
        considered = List.copyOf(considered);
    }
}
