package io.covenant.launcher.cli;

import io.covenant.transactions.Decision;
import io.covenant.transactions.threephase.SplitDecision.Line;
import io.covenant.transactions.threephase.SplitDecision.Story;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The same schedule under both rules: once what they have in common, then how each goes on.
final class SplitText {

    private SplitText() {}

    static List<String> lines(Story textbook, Story quorum) {
        int common = common(textbook.lines(), quorum.lines());
        var text = new ArrayList<String>();
        text.add(
                "Orders and inventory vote yes. The network splits between two PRE-COMMITs, and the coordinator dies:");
        text.add("");
        text.addAll(shown(textbook.lines().subList(0, common)));
        text.add("");
        text.add("By the textbook's rule, whoever waits too long decides alone:");
        text.add("");
        text.addAll(shown(textbook.lines().subList(common, textbook.lines().size())));
        text.add("");
        text.add(end(textbook));
        text.add("");
        text.add(
                "By the quorum's rule (E3PC), whoever waits too long has a coordinator stand for election; two of the");
        text.add("three databases decide, and a branch without them waits:");
        text.add("");
        text.addAll(shown(quorum.lines().subList(common, quorum.lines().size())));
        text.add("");
        text.add(end(quorum));
        return text;
    }

    private static int common(List<Line> some, List<Line> others) {
        int common = 0;
        while (common < Math.min(some.size(), others.size()) && some.get(common).equals(others.get(common))) {
            common++;
        }
        return common;
    }

    private static List<String> shown(List<Line> lines) {
        var table = new Table();
        lines.forEach(line -> table.row("  " + line.where(), line.what()));
        return table.lines().stream().skip(1).toList();
    }

    private static String end(Story story) {
        var ends = new TreeMap<>(story.ends())
                .entrySet().stream()
                        .map(end -> end.getKey() + (end.getValue() == Decision.COMMIT ? " committed" : " aborted"))
                        .collect(Collectors.joining(", "));
        return story.split() ? "SPLIT: %s.".formatted(ends) : "AGREED: %s.".formatted(ends);
    }
}
