using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>What a server says of itself in answer to <c>hello</c>, or to <c>isMaster</c> before that.</summary>
/// <remarks>After the specification "Server Discovery and Monitoring" and the manual's page "hello". Fields of a wrong type count as
/// missing, except for the ones whose lack makes a reply useless.</remarks>
internal sealed class HelloReply
{
    private HelloReply(RawBson reply) => Raw = reply;

    /// <summary>The reply itself.</summary>
    public RawBson Raw { get; }

    /// <summary>What the server is.</summary>
    public ServerType Type { get; private init; }

    /// <summary>The replica set's name; null outside of one.</summary>
    public string? SetName { get; private init; }

    /// <summary>The version of the replica set's configuration.</summary>
    public long? SetVersion { get; private init; }

    /// <summary>The election that made the server primary.</summary>
    public ObjectId? ElectionId { get; private init; }

    /// <summary>How new this is.</summary>
    public TopologyVersion? TopologyVersion { get; private init; }

    /// <summary>The server's own address as the replica set's configuration has it.</summary>
    public ServerAddress? Me { get; private init; }

    /// <summary>The primary's address as far as the server knows.</summary>
    public ServerAddress? Primary { get; private init; }

    /// <summary>All members: hosts, passives and arbiters.</summary>
    public IReadOnlyList<ServerAddress> Members { get; private init; } = [];

    /// <summary>The server's tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; private init; } = new Dictionary<string, string>();

    /// <summary>When the server's last write was made, in milliseconds since 1970 by the server's clock.</summary>
    public long? LastWriteMilliseconds { get; private init; }

    /// <summary>The oldest wire protocol that the server speaks.</summary>
    public int MinWireVersion { get; private init; }

    /// <summary>The newest wire protocol that the server speaks.</summary>
    public int MaxWireVersion { get; private init; }

    /// <summary>After how many idle minutes sessions end; null where there are no sessions.</summary>
    public int? LogicalSessionTimeoutMinutes { get; private init; }

    /// <summary>The longest message that the server takes.</summary>
    public int MaxMessageSize { get; private init; }

    /// <summary>The server process behind a load balancer.</summary>
    public ObjectId? ServiceId { get; private init; }

    /// <summary>The server's number for the connection.</summary>
    public long? ConnectionId { get; private init; }

    /// <summary>Reads a reply.</summary>
    /// <exception cref="CdcProtocolException">The reply is damaged.</exception>
    public static HelloReply Read(RawBson reply)
    {
        var members = new List<ServerAddress>();
        AddAddresses(reply, "hosts"u8, members);
        AddAddresses(reply, "passives"u8, members);
        AddAddresses(reply, "arbiters"u8, members);
        var written = reply.TryGetDocument("lastWrite"u8, out var lastWrite)
            && lastWrite["lastWriteDate"u8] is { Type: BsonType.DateTime } date
            ? date.AsUnixMilliseconds()
            : (long?)null;
        return new HelloReply(reply)
        {
            Type = TypeOf(reply),
            SetName = Text(reply, "setName"u8),
            SetVersion = reply.TryGetInt64("setVersion"u8, out var setVersion) ? setVersion : null,
            ElectionId = Id(reply, "electionId"u8),
            TopologyVersion = Topology.TopologyVersion.Read(reply),
            Me = Address(reply, "me"u8),
            Primary = Address(reply, "primary"u8),
            Members = members,
            Tags = ReadTags(reply),
            LastWriteMilliseconds = written,
            MinWireVersion = Number(reply, "minWireVersion"u8) ?? 0,
            MaxWireVersion = Number(reply, "maxWireVersion"u8) ?? 0,
            LogicalSessionTimeoutMinutes = Number(reply, "logicalSessionTimeoutMinutes"u8),
            MaxMessageSize = Number(reply, "maxMessageSizeBytes"u8) ?? 0,
            ServiceId = Id(reply, "serviceId"u8),
            ConnectionId = reply.TryGetInt64("connectionId"u8, out var connection) ? connection : null,
        };
    }

    /// <summary>The texts of an array of a reply; empty where there is none.</summary>
    public static List<string> Texts(RawBson reply, ReadOnlySpan<byte> name)
    {
        var texts = new List<string>();
        if (reply.TryGetArray(name, out var array))
        {
            foreach (var element in array)
            {
                if (element.Value.Type == BsonType.String)
                {
                    texts.Add(element.Value.AsString());
                }
            }
        }

        return texts;
    }

    private static ServerType TypeOf(RawBson reply)
    {
        if (!reply.IsTrue("ok"u8))
        {
            return ServerType.Unknown;
        }

        if (Text(reply, "msg"u8) == "isdbgrid")
        {
            return ServerType.Mongos;
        }

        if (reply["setName"u8].Type != BsonType.String)
        {
            return reply.IsTrue("isreplicaset"u8) ? ServerType.RSGhost : ServerType.Standalone;
        }

        return true switch
        {
            _ when reply.IsTrue("hidden"u8) => ServerType.RSOther,
            _ when reply.IsTrue("isWritablePrimary"u8) || reply.IsTrue("ismaster"u8) => ServerType.RSPrimary,
            _ when reply.IsTrue("secondary"u8) => ServerType.RSSecondary,
            _ when reply.IsTrue("arbiterOnly"u8) => ServerType.RSArbiter,
            _ => ServerType.RSOther,
        };
    }

    private static Dictionary<string, string> ReadTags(RawBson reply)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reply.TryGetDocument("tags"u8, out var document))
        {
            foreach (var element in document)
            {
                if (element.Value.Type == BsonType.String)
                {
                    tags[element.Name] = element.Value.AsString();
                }
            }
        }

        return tags;
    }

    private static void AddAddresses(RawBson reply, ReadOnlySpan<byte> name, List<ServerAddress> addresses)
    {
        foreach (var text in Texts(reply, name))
        {
            if (ServerAddress.TryParse(text, out var address))
            {
                addresses.Add(address);
            }
        }
    }

    private static ServerAddress? Address(RawBson reply, ReadOnlySpan<byte> name)
        => Text(reply, name) is { } text && ServerAddress.TryParse(text, out var address) ? address : null;

    private static string? Text(RawBson reply, ReadOnlySpan<byte> name) => reply.TryGetString(name, out var text) ? text : null;

    private static int? Number(RawBson reply, ReadOnlySpan<byte> name)
        => reply.TryGetInt64(name, out var number) && number == (int)number ? (int)number : null;

    private static ObjectId? Id(RawBson reply, ReadOnlySpan<byte> name)
        => reply[name] is { Type: BsonType.ObjectId } value ? value.AsObjectId() : null;
}
