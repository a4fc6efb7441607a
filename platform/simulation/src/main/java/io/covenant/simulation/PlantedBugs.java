package io.covenant.simulation;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/// The table of planted mistakes on a page: each with the seed of a world in which it is found.
///
/// The world of the seed on the page is played. Where nothing fails in it, or the page is written anew, those from the
/// first on are, until one fails.
public final class PlantedBugs<B extends Enum<B>> {

    private static final String TABLE = "planted bugs";

    private final ProtocolPage page;
    private final int expected;
    private final Map<B, List<String>> rows;

    /// @param page     the file in `docs/protocols`
    /// @param expected how many are to be found
    public PlantedBugs(String page, Class<B> bugs, int expected) {
        this(ProtocolPage.named(page), bugs, expected);
    }

    PlantedBugs(ProtocolPage page, Class<B> bugs, int expected) {
        this.page = page;
        this.expected = expected;
        this.rows = new EnumMap<>(bugs);
    }

    /// @param mistake what is wrong, for the page
    /// @param worlds  with this mistake in them, by their seeds
    /// @throws AssertionError if it is not found
    public void find(B bug, String mistake, Campaign campaign, LongConsumer worlds) throws IOException {
        String name = "`" + bug + "`";
        long known = ProtocolPage.isWritten()
                ? campaign.first()
                : Long.parseLong(page.row(TABLE, name).getLast());
        var found = new Campaign(known, known)
                .firstFailure(worlds)
                .or(() -> campaign.firstFailure(worlds))
                .orElseThrow(() -> new AssertionError("%s is not found in %s".formatted(bug, campaign)));
        rows.put(bug, List.of(name, mistake, Long.toString(found.seed())));
    }

    /// Holds the page against what was found, once all are.
    public void requireTable() throws IOException {
        if (rows.size() == expected) {
            page.requireTable(TABLE, List.of("bug", "what is wrong", "found by seed"), List.copyOf(rows.values()));
        }
    }
}
