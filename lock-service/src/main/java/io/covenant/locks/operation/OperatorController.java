package io.covenant.locks.operation;

import io.covenant.consensus.node.NodeStatus;
import io.covenant.consensus.node.OrderOutcome;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.OperatorAct;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.node.LockNode;
import io.covenant.locks.web.Door;
import io.covenant.locks.wire.AddMember;
import io.covenant.locks.wire.ForceRelease;
import io.covenant.locks.wire.Member;
import io.covenant.locks.wire.Members;
import io.covenant.locks.wire.Transfer;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/admin/locks")
@Tag(name = "Operators")
final class OperatorController {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorController.class);
    private static final Duration HAND_OVER = Duration.ofSeconds(3);

    private final Door door;
    private final LockNode node;
    private final MemberAddition addition;
    private final Acts acts;

    OperatorController(Door door, MemberAddition addition, Acts acts) {
        this.door = door;
        this.node = door.node();
        this.addition = addition;
        this.acts = acts;
    }

    // ---- members

    /// @param id with the number of its disk, by which a node is added
    record Self(String id, String name, String role, boolean drained) {}

    @GetMapping("/self")
    @Operation(summary = "Shows the node that answers")
    Self self() {
        return new Self(node.id().toString(), node.name(), node.role().name(), node.isDrained());
    }

    @GetMapping("/members")
    @Operation(
            summary = "Shows the nodes of the service",
            description = "As the primary sees them; with `here=true`, or while nobody leads, as this node does.")
    Members members(@RequestParam(defaultValue = "false") boolean here) {
        var leader = node.leader();
        if (!here && leader.isPresent() && !leader.get().equals(node.name())) {
            throw door.elsewhere(null, false);
        }
        return members(status());
    }

    private NodeStatus status() {
        return door.await(node.status(), Duration.ZERO);
    }

    private Members members(NodeStatus status) {
        var raft = status.raft();
        var members = new ArrayList<Member>();
        for (var id : raft.members().voters()) {
            members.add(member(id, status, false));
        }
        for (var id : raft.members().learners()) {
            members.add(member(id, status, true));
        }
        if (!raft.members().contains(status.node())) {
            members.add(member(status.node(), status, true));
        }
        return new Members(raft.leader() == null ? null : raft.leader().name(), members);
    }

    private Member member(NodeId id, NodeStatus status, boolean learner) {
        var raft = status.raft();
        var address = node.api(id.name()).map(URI::toString).orElse(null);
        if (id.equals(status.node())) {
            return new Member(
                    id.name(),
                    learner ? "LEARNER" : role(raft.role()),
                    raft.term(),
                    raft.commitIndex(),
                    status.appliedIndex(),
                    raft.role() == Role.LEADER ? 0L : null,
                    address);
        }
        var seen = raft.followers().stream()
                .filter(follower -> follower.node().equals(id))
                .findFirst();
        if (seen.isEmpty() || seen.get().silence().compareTo(Duration.ofSeconds(3)) > 0) {
            var role = id.equals(raft.leader()) ? "LEADER" : "UNKNOWN";
            return new Member(id.name(), role, null, null, null, null, address);
        }
        return new Member(
                id.name(),
                learner ? "LEARNER" : "FOLLOWER",
                null,
                null,
                null,
                Math.max(0, raft.lastIndex() - seen.get().match()),
                address);
    }

    private static String role(Role role) {
        return switch (role) {
            case LEADER -> "LEADER";
            case FOLLOWER -> "FOLLOWER";
            case CANDIDATE, PRE_CANDIDATE -> "CANDIDATE";
        };
    }

    @PostMapping("/members")
    @Operation(summary = "Takes a node into the group", description = """
                    The node has to run, with an empty directory and without `bootstrap`. It receives the log first,
                    and votes once it lacks little: 200 when it does, 202 while it is still receiving.
                    """)
    ResponseEntity<Members> add(
            @RequestBody AddMember add,
            @RequestParam(required = false) @Nullable String reason,
            @Parameter(hidden = true) @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable
                    String authorization,
            HttpServletResponse response) {
        requirePrimary();
        boolean votes =
                addition.add(add, authorization, () -> acts.note(OperatorAct.ADD_MEMBER, add.name(), reason, response));
        LOG.info("{} is added at {} ({})", add.name(), add.peer(), add.api());
        return ResponseEntity.status(votes ? HttpStatus.OK : HttpStatus.ACCEPTED)
                .body(members(status()));
    }

    @DeleteMapping("/members/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Lets a node go", description = "A primary that is removed hands over.")
    void remove(
            @PathVariable String name,
            @RequestParam(required = false) @Nullable String reason,
            HttpServletResponse response) {
        requirePrimary();
        var member = memberNamed(name);
        acts.note(OperatorAct.REMOVE_MEMBER, name, reason, response);
        require(door.await(node.changeMembers(new MemberChange.Remove(member)), Duration.ZERO));
        LOG.info("{} is removed from the group", name);
    }

    private void requirePrimary() {
        if (node.role() != Role.LEADER) {
            throw door.elsewhere(null, false);
        }
    }

    private NodeId memberNamed(String name) {
        var members = status().raft().members();
        return Optional.of(members)
                .flatMap(all -> Stream.concat(all.voters().stream(), all.learners().stream())
                        .filter(id -> id.name().equals(name))
                        .findFirst())
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND, "unknown-member", "No node of this name belongs to the group.")
                        .asException());
    }

    private void require(OrderOutcome outcome) {
        MemberAddition.require(door, outcome);
    }

    // ---- who leads

    @PostMapping("/transfer")
    @Operation(summary = "Hands the leadership over", description = "To a node, or to the most complete one.")
    Map<String, String> transfer(
            @RequestBody(required = false) @Nullable Transfer transfer,
            @RequestParam(required = false) @Nullable String reason,
            HttpServletResponse response)
            throws InterruptedException {
        requirePrimary();
        var to = transfer == null || transfer.to() == null ? null : memberNamed(transfer.to());
        acts.note(OperatorAct.TRANSFER, to == null ? node.name() : to.name(), reason, response);
        require(to == null ? node.handOver(HAND_OVER) : door.await(node.transferLeadership(to), Duration.ZERO));
        return Map.of("handedOverBy", node.name());
    }

    @PostMapping("/drain")
    @Operation(
            summary = "Prepares this node for its end",
            description =
                    "It hands the leadership over, takes it no more, and is not ready. `undo=true` takes that back.")
    Self drain(
            @RequestParam(defaultValue = "false") boolean undo,
            @RequestParam(required = false) @Nullable String reason,
            HttpServletResponse response)
            throws InterruptedException {
        if (!undo && node.role() == Role.LEADER) {
            acts.note(OperatorAct.DRAIN, node.name(), reason, response);
        }
        node.drain(!undo);
        if (!undo) {
            node.handOver(HAND_OVER);
        }
        LOG.info("{} is {}", node.name(), undo ? "in service again" : "drained");
        return self();
    }

    // ---- the state

    @PostMapping("/snapshot")
    @Operation(summary = "Writes a snapshot on this node")
    Map<String, Long> snapshot() {
        return Map.of("index", door.await(node.takeSnapshot(), Duration.ofSeconds(30)));
    }

    @PostMapping("/force-release")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Takes a lock from its holders", description = """
                    Their lock-delay holds here as well. Who did it, why and to whom goes to the audit.
                    """)
    void forceRelease(@RequestBody ForceRelease force, HttpServletResponse response) {
        var by = acts.operator();
        var name = Door.text(force.name(), "name");
        var reason = Door.text(force.reason(), "reason");
        var reply = door.ask(
                new Command.ForceRelease(name, force.token() == null ? 0 : force.token(), by, reason), response);
        if (!(reply instanceof Reply.Done)) {
            throw door.refusal(reply);
        }
        LOG.info("{} took {} from its holders: {}", by, name, reason);
    }
}
