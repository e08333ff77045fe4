namespace CdcEmbedded.MySql.Replication;

/// <summary>Looks after the connections of the process whose thread runs something else while a call waits for it. Thread-safe.</summary>
/// <remarks>Not a timer: its callback would wake up the pool, which costs more than a whole event. One thread for all connections; it ends
/// when there is nothing to look after.</remarks>
internal static class StallWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.5);
    private static readonly Lock Gate = new();
    private static readonly List<ConnectionThread> Watched = [];
    private static bool s_isRunning;

    /// <summary>Looks after a connection until <see cref="ConnectionThread.Look"/> returns false.</summary>
    public static void Add(ConnectionThread connection)
    {
        lock (Gate)
        {
            Watched.Add(connection);
            if (!s_isRunning)
            {
                s_isRunning = true;
                new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "CdcEmbedded watch" }.UnsafeStart();
            }
        }
    }

    private static void Run()
    {
        while (true)
        {
#pragma warning disable RS0030 // The thread is the watch's own, and has nothing else to do.
            Thread.Sleep(Period);
#pragma warning restore RS0030
            ConnectionThread[] connections;
            lock (Gate)
            {
                if (Watched.Count == 0)
                {
                    s_isRunning = false;
                    return;
                }

                connections = [.. Watched];
                Watched.Clear();
            }

            foreach (var connection in connections)
            {
                if (connection.Look())
                {
                    lock (Gate)
                    {
                        Watched.Add(connection);
                    }
                }
            }
        }
    }
}
