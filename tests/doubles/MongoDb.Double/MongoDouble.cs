using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Commands;
using CdcEmbedded.MongoDb.Double.Data;
using CdcEmbedded.MongoDb.Double.Faults;
using CdcEmbedded.MongoDb.Double.Replay;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.MongoDb.Double.Sessions;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>
/// A scripted MongoDB deployment over loopback: it keeps documents and an oplog in memory and answers clients as a replica set, a sharded
/// cluster, a load balancer or a standalone server would. Official clients can write to it and watch what they wrote. Thread-safe.
/// </summary>
public sealed class MongoDouble : IAsyncDisposable
{
    private readonly Lazy<DoubleCertificates> _certificates;
    private long _connections;
    private int _nextBackend;
    private long _loginEpoch;

    private MongoDouble(MongoDoubleOptions options)
    {
        Options = options;
        Store = new DataStore(options.Time) { NoopInterval = options.NoopInterval, Shards = options.ShardCount };
        Sessions = new SessionTable(options.Time, options.SessionTimeout);
        Transactions = new TransactionTable(Store);
        Cursors = new CursorTable(options.Time, options.CursorTimeout);
        _certificates = new Lazy<DoubleCertificates>(() => new DoubleCertificates(options.Time.GetUtcNow()));
        Nodes = [.. Enumerable.Range(0, options.Nodes).Select(index => new DoubleNode(this, index, RoleOf(options.Topology, index)))];
    }

    /// <summary>How it was set up.</summary>
    public MongoDoubleOptions Options { get; }

    /// <summary>The nodes. Behind a load balancer only the first one listens.</summary>
    public IReadOnlyList<DoubleNode> Nodes { get; }

    /// <summary>The primary, or the first router; null in an election.</summary>
    public DoubleNode? Primary => Nodes.FirstOrDefault(node => node.Role is NodeRole.Primary or NodeRole.Mongos or NodeRole.Standalone);

    /// <summary>What clients have sent.</summary>
    public CommandLog Commands { get; } = new();

    /// <summary>The certificates for TLS; made when first asked for.</summary>
    public DoubleCertificates Certificates => _certificates.Value;

    /// <summary>Events to serve to every change stream in place of those of the data; null for none.</summary>
    public ReplayFeed? Replay { get; set; }

    /// <summary>The number of the current term; grows with each election.</summary>
    public int Term { get; private set; } = 1;

    /// <summary>How many cursors clients hold open.</summary>
    public int OpenCursors
    {
        get
        {
            lock (Store.Gate)
            {
                return Cursors.Count;
            }
        }
    }

    /// <summary>Number of sessions that clients have used and that neither ended nor expired.</summary>
    public int OpenSessions => Sessions.Count;

    /// <summary>The time of the newest operation.</summary>
    public DocTimestamp ClusterTime
    {
        get
        {
            lock (Store.Gate)
            {
                return Store.LastTime;
            }
        }
    }

    /// <summary>The connection string without credentials; with TLS the caller adds where the authority's certificate is.</summary>
    public string ConnectionString
    {
        get
        {
            IEnumerable<string> hosts = Listeners.Select(node => node.Address);
            string option = Options.Topology switch
            {
                DoubleTopology.ReplicaSet => $"replicaSet={Options.ReplicaSet}",
                DoubleTopology.LoadBalanced => "loadBalanced=true",
                _ => "",
            };
            string all = $"{option}{(Options.Tls ? "&tls=true" : "")}".TrimStart('&');
            return $"mongodb://{string.Join(',', hosts)}/{(all.Length > 0 ? "?" : "")}{all}";
        }
    }

    internal DataStore Store { get; }

    private IEnumerable<DoubleNode> Listeners => Options.Topology == DoubleTopology.LoadBalanced ? Nodes.Take(1) : Nodes;

    internal CursorTable Cursors { get; }

    internal SessionTable Sessions { get; }

    internal TransactionTable Transactions { get; }

    internal FaultTable CommandFaults { get; } = new();

    /// <summary>Starts a double.</summary>
    public static MongoDouble Start(MongoDoubleOptions? options = null)
    {
        var deployment = new MongoDouble(options ?? new MongoDoubleOptions());
        foreach (DoubleNode node in deployment.Listeners)
        {
            node.Start();
        }

        return deployment;
    }

    /// <summary>Runs a command on the primary as if a client with every right had sent it, without connection or fail points.</summary>
    /// <exception cref="CommandError">The command failed.</exception>
    public async Task<Doc> RunAsync(string database, Doc command)
    {
        DoubleNode node = Primary ?? throw new CommandError(10107, "not primary");
        var own = new ConnectionState(0) { IsInternal = true, IsTrusted = true };
        var context = new CommandContext(this, node, own, command.At(0).Key, database, command, CancellationToken.None);
        Doc reply = await CommandTable.RunAsync(context);
        return (reply.Array("writeErrors")?.FirstOrDefault() as Doc) is { } error
            ? throw new CommandError((int)(error.Number("code") ?? 0), error.Text("errmsg") ?? "")
            : Finished(context, reply);
    }

    /// <summary>Runs write commands in one transaction, so that their events share a time.</summary>
    public async Task RunTransactionAsync(string database, params IReadOnlyList<Doc> commands)
    {
        var session = new Doc { { "id", Guid.NewGuid() } };
        for (int i = 0; i < commands.Count; i++)
        {
            await RunAsync(database, InTransaction(commands[i].Clone(), session, i == 0));
        }

        await RunAsync("admin", InTransaction(new Doc { { "commitTransaction", 1 } }, session, false));
    }

    /// <summary>
    /// Runs write commands in one transaction of a sharded cluster, and one more command outside of it after the first shard has
    /// committed its part.
    /// </summary>
    public async Task RunTransactionAsync(string database, IReadOnlyList<Doc> commands, Doc between)
    {
        var others = new TaskCompletionSource();
        lock (Store.Gate)
        {
            Store.BetweenShards = () =>
            {
                Store.BetweenShards = null;
                others.SetResult();
                RunAsync(database, between).GetAwaiter().GetResult();
            };
        }

        await RunTransactionAsync(database, commands);
        if (!others.Task.IsCompleted)
        {
            throw new InvalidOperationException("The transaction wrote nothing.");
        }
    }

    /// <summary>Sets a fail point on all nodes, as <c>configureFailPoint</c> does on one.</summary>
    public void Fail(Doc configureFailPoint) => CommandFaults.Configure(configureFailPoint);

    /// <summary>Sets a fault that commands on any node meet.</summary>
    public ActiveFault Inject(CommandFault fault) => CommandFaults.Inject(fault);

    /// <summary>
    /// Ends the validity of all logins so far: the next command on each of their connections gets error 391, until the client has logged in
    /// again on it (as where the access token of a login has expired).
    /// </summary>
    public void ExpireLogins() => Interlocked.Increment(ref _loginEpoch);

    /// <summary>
    /// Makes the primary a secondary and elects the next node, or leaves the set without primary. Cursors on the old primary end
    /// with the code.
    /// </summary>
    /// <param name="elect">The index of the new primary; null for the next one; -1 for none.</param>
    /// <param name="cursorError">What a getMore under way or to come on the old primary gets; null lets cursors live on.</param>
    public void StepDown(int? elect = null, int? cursorError = 11602)
    {
        DoubleNode old = Primary ?? throw new InvalidOperationException("There is no primary.");
        lock (Store.Gate)
        {
            old.Role = NodeRole.Secondary;
            if (cursorError is { } code)
            {
                Cursors.KillAll(old, new CommandError(code, "operation was interrupted by a step down"));
            }

            Store.Wake();
        }

        int next = elect ?? (old.Index + 1) % Nodes.Count;
        if (next >= 0)
        {
            Elect(next);
        }
    }

    /// <summary>Makes a node primary in a set that has none.</summary>
    public void Elect(int index)
    {
        Term++;
        Nodes[index].Role = NodeRole.Primary;
    }

    /// <summary>Ends all cursors: their next getMore gets the code, labelled as a server does.</summary>
    public void KillCursors(int code = 43)
    {
        lock (Store.Gate)
        {
            Cursors.KillAll(null, new CommandError(code, "cursor killed"));
            Store.Wake();
        }
    }

    /// <summary>
    /// Refreshes the cache of sessions, as a server does every five minutes: sessions that ended or expired are forgotten, and their
    /// cursors and transactions closed.
    /// </summary>
    public void RefreshSessions() => Forget(Sessions.Refresh());

    /// <summary>Cuts the oplog down to its newest entries: streams at older positions have lost their history.</summary>
    public void TruncateOplog(int keep = 0)
    {
        lock (Store.Gate)
        {
            Store.Oplog.Truncate(keep, Store.LastTime);
            Store.Wake();
        }
    }

    /// <summary>
    /// Does what movePrimary does to streams through a mongos of MongoDB 6.0 and 7.0: each collection of the database is created again with
    /// another UUID, its old one is dropped, and streams on the database and on the deployment are invalidated. The data stays the same.
    /// </summary>
    public void MovePrimary(string database)
    {
        lock (Store.Gate)
        {
            foreach (StoredCollection collection in Store.Collections(database).ToList())
            {
                Store.Write(Moved("create", collection, Guid.NewGuid()));
                Store.Write(Moved("drop", collection, collection.Id));
            }

            Store.Write(new OplogEntry { Operation = "movePrimary", Database = database, IsPhantom = true });
        }
    }

    /// <summary>Throws away the pre- and post-images recorded so far.</summary>
    public void ExpireImages()
    {
        lock (Store.Gate)
        {
            foreach (OplogEntry entry in Store.Oplog.Entries)
            {
                entry.HasImages = false;
            }
        }
    }

    /// <summary>
    /// By how many operations reads may lag that do not ask for a later time, as those of secondaries do. Each sees a moment of its own.
    /// </summary>
    /// <value>The default is 0.</value>
    public int ReadLag { get; set; }

    /// <summary>Throws away the history by which collections can be read as they were: SnapshotTooOld for all times up to now.</summary>
    public void ExpireSnapshots()
    {
        lock (Store.Gate)
        {
            Store.OldestSnapshot = Store.Tick();
            Store.Wake();
        }
    }

    /// <summary>Moves the cluster's time on without an operation, as the no-op writer does.</summary>
    public DocTimestamp AdvanceClusterTime()
    {
        lock (Store.Gate)
        {
            DocTimestamp time = Store.Tick();
            Store.Wake();
            return time;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (DoubleNode node in Nodes)
        {
            await node.DisposeAsync();
        }

        if (_certificates.IsValueCreated)
        {
            _certificates.Value.Dispose();
        }
    }

    /// <summary>Grows with each <see cref="ExpireLogins"/>.</summary>
    internal long LoginEpoch => Interlocked.Read(ref _loginEpoch);

    internal long NextConnectionId() => Interlocked.Increment(ref _connections);

    internal DoubleUser? FindUser(string name) => Options.Users.FirstOrDefault(user => user.Name == name);

    /// <summary>The node that serves a new connection: a load balancer goes round.</summary>
    internal DoubleNode BackendOf(DoubleNode listener) => Options.Topology == DoubleTopology.LoadBalanced
        ? Nodes[(int)((uint)Interlocked.Increment(ref _nextBackend) % (uint)Nodes.Count)]
        : listener;

    /// <summary>Runs a command with its fault, if any, and makes the whole reply.</summary>
    internal async Task<Doc> ExecuteAsync(CommandContext context, CommandFault? fault)
    {
        try
        {
            if (fault?.ErrorCode is { } code)
            {
                return Failed(context, new CommandError(code, fault.Message, [.. fault.Labels]));
            }

            if (fault?.Reply is { } given)
            {
                return given;
            }

            Doc reply = await CommandTable.RunAsync(context);
            if (fault?.WriteConcernError is { } concern)
            {
                reply.Add("writeConcernError", concern);
            }

            return Finished(context, reply);
        }
        catch (CommandError e)
        {
            return Failed(context, ErrorLabels.Add(context, e));
        }
    }

    internal void Forget(IReadOnlySet<SessionKey> sessions)
    {
        lock (Store.Gate)
        {
            Cursors.Close(cursor => cursor.Session is { } session && sessions.Contains(session));
            Transactions.Forget(sessions);
            Store.Wake();
        }
    }

    private static Doc InTransaction(Doc command, Doc session, bool start)
    {
        command.Add("lsid", session);
        command.Add("txnNumber", 1L);
        command.Add("autocommit", false);
        if (start)
        {
            command.Add("startTransaction", true);
        }

        return command;
    }

    private static OplogEntry Moved(string operation, StoredCollection collection, Guid id) => new()
    {
        Operation = operation,
        Database = collection.Database,
        Collection = collection.Name,
        CollectionId = id,
        NamespaceType = operation == "create" ? "collection" : null,
        IsPhantom = true,
    };

    private static NodeRole RoleOf(DoubleTopology topology, int index) => topology switch
    {
        DoubleTopology.Standalone => NodeRole.Standalone,
        DoubleTopology.ReplicaSet => index == 0 ? NodeRole.Primary : NodeRole.Secondary,
        _ => NodeRole.Mongos,
    };

    // A copy, because a remembered reply may be given again.
    private Doc Finished(CommandContext context, Doc reply)
    {
        var whole = new Doc();
        foreach ((string name, object? value) in reply)
        {
            whole.Add(name, value);
        }

        whole.Add("ok", 1.0);
        return WithTimes(whole, context.OperationTime);
    }

    private Doc Failed(CommandContext context, CommandError error)
    {
        Doc reply = error.ToReply();
        if (error.IsStateChange && Options.HasTopologyVersion)
        {
            reply.Add("topologyVersion", context.Node.TopologyVersion);
        }

        return WithTimes(reply, null);
    }

    private Doc WithTimes(Doc reply, DocTimestamp? operationTime)
    {
        if (Options.Topology == DoubleTopology.Standalone)
        {
            return reply;
        }

        DocTimestamp now;
        lock (Store.Gate)
        {
            now = Store.Observe();
        }

        reply.Add("$clusterTime", new Doc
        {
            { "clusterTime", now },
            { "signature", new Doc { { "hash", new byte[20] }, { "keyId", 0L } } },
        });
        reply.Add("operationTime", operationTime ?? now);
        return reply;
    }
}
