package io.covenant.launcher.platform;

/// Is told what the platform does while it does it; called from several threads.
public interface Progress {

    /// Tells nobody.
    Progress SILENT = new Progress() {
        @Override
        public void note(String line) {}

        @Override
        public void on(String node, NodeEvent event) {}
    };

    /// Something about the whole.
    void note(String line);

    /// Something about one node.
    void on(String node, NodeEvent event);
}
