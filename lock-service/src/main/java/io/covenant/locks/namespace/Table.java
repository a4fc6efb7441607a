package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A map that can be forked at once, whatever its size: two tables share what neither has changed since.
///
/// A hash array mapped trie whose nodes know the edition of the table that made them. A table changes nodes
/// of its own edition in place and copies all others first; a fork gives both sides new editions. Only the
/// thread that changes a table may fork it; the fork itself may be read by any thread.
///
/// Source: P. Bagwell, "Ideal Hash Trees", 2001; the editions are the transients of Clojure's maps.
final class Table<K extends Comparable<K>, V> {

    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;

    private Edition edition = new Edition();
    private Node root;
    private int size;

    Table() {
        root = new Node(edition, WIDTH);
    }

    private Table(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    private static final class Edition {}

    private record Leaf<K, V>(K key, int hash, V value) {}

    /// Slots by hash bits, each empty, a leaf or a node; beyond the last bits, leaves sorted by key.
    private static final class Node {
        final Edition edition;
        final @Nullable Object[] slots;
        int filled;

        Node(Edition edition, int width) {
            this.edition = edition;
            slots = new Object[width];
        }

        Node(Edition edition, Node other) {
            this.edition = edition;
            slots = other.slots.clone();
            filled = other.filled;
        }
    }

    int size() {
        return size;
    }

    Table<K, V> fork() {
        edition = new Edition();
        return new Table<>(root, size);
    }

    @Nullable
    V get(K key) {
        int hash = hash(key);
        var node = root;
        for (int shift = 0; shift < Integer.SIZE; shift += BITS) {
            Object slot = node.slots[(hash >>> shift) & (WIDTH - 1)];
            if (slot instanceof Leaf<?, ?> leaf) {
                return leaf.hash() == hash && leaf.key().equals(key) ? value(leaf) : null;
            }
            if (slot == null) {
                return null;
            }
            node = (Node) slot;
        }
        int at = search(node, key);
        return at >= 0 ? value((Leaf<?, ?>) filled(node, at)) : null;
    }

    void put(K key, V value) {
        root = put(root, 0, new Leaf<>(key, hash(key), value));
    }

    void remove(K key) {
        if (get(key) != null) {
            root = remove(root, 0, key, hash(key));
            size--;
        }
    }

    /// In no particular order.
    void forEach(Consumer<? super V> action) {
        visit(root, action);
    }

    List<V> sorted(Comparator<? super V> order) {
        var all = new ArrayList<V>(size);
        forEach(all::add);
        all.sort(order);
        return all;
    }

    private Node put(Node shared, int shift, Leaf<K, V> leaf) {
        var node = own(shared);
        if (shift >= Integer.SIZE) {
            return putSorted(node, leaf);
        }
        int at = (leaf.hash() >>> shift) & (WIDTH - 1);
        Object slot = node.slots[at];
        switch (slot) {
            case null -> {
                node.slots[at] = leaf;
                node.filled++;
                size++;
            }
            case Leaf<?, ?> other
            when other.hash() == leaf.hash() && other.key().equals(leaf.key()) -> node.slots[at] = leaf;
            case Leaf<?, ?> other -> {
                var deeper = new Node(edition, shift + BITS < Integer.SIZE ? WIDTH : 0);
                size--;
                deeper = put(deeper, shift + BITS, typed(other));
                node.slots[at] = put(deeper, shift + BITS, leaf);
            }
            default -> node.slots[at] = put((Node) slot, shift + BITS, leaf);
        }
        return node;
    }

    private Node putSorted(Node node, Leaf<K, V> leaf) {
        int at = search(node, leaf.key());
        if (at >= 0) {
            node.slots[at] = leaf;
            return node;
        }
        int to = -at - 1;
        var wider = new Node(edition, node.filled + 1);
        System.arraycopy(node.slots, 0, wider.slots, 0, to);
        wider.slots[to] = leaf;
        System.arraycopy(node.slots, to, wider.slots, to + 1, node.filled - to);
        wider.filled = node.filled + 1;
        size++;
        return wider;
    }

    private Node remove(Node shared, int shift, K key, int hash) {
        var node = own(shared);
        if (shift >= Integer.SIZE) {
            int at = search(node, key);
            var narrower = new Node(edition, node.filled - 1);
            System.arraycopy(node.slots, 0, narrower.slots, 0, at);
            System.arraycopy(node.slots, at + 1, narrower.slots, at, node.filled - at - 1);
            narrower.filled = node.filled - 1;
            return narrower;
        }
        int at = (hash >>> shift) & (WIDTH - 1);
        if (node.slots[at] instanceof Node deeper) {
            var rest = remove(deeper, shift + BITS, key, hash);
            node.slots[at] = rest.filled == 0 ? null : rest;
        } else {
            node.slots[at] = null;
        }
        if (node.slots[at] == null) {
            node.filled--;
        }
        return node;
    }

    @SuppressWarnings("ReferenceEquality")
    private Node own(Node node) {
        return node.edition == edition ? node : new Node(edition, node);
    }

    private int search(Node node, K key) {
        int low = 0;
        int high = node.filled - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = typed((Leaf<?, ?>) filled(node, middle)).key().compareTo(key);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private static Object filled(Node node, int at) {
        Object slot = node.slots[at];
        if (slot == null) {
            throw new IllegalStateException("slot " + at + " of " + node.filled + " is empty");
        }
        return slot;
    }

    private void visit(Node node, Consumer<? super V> action) {
        for (Object slot : node.slots) {
            switch (slot) {
                case null -> {}
                case Leaf<?, ?> leaf -> action.accept(value(leaf));
                default -> visit((Node) slot, action);
            }
        }
    }

    /// The low bits decide first, so they take part in the choice of the high ones.
    private static int hash(Object key) {
        int hash = key.hashCode() * 0x9E3779B1;
        return hash ^ (hash >>> 15);
    }

    @SuppressWarnings("unchecked")
    private V value(Leaf<?, ?> leaf) {
        return (V) leaf.value();
    }

    @SuppressWarnings("unchecked")
    private Leaf<K, V> typed(Leaf<?, ?> leaf) {
        return (Leaf<K, V>) leaf;
    }
}
