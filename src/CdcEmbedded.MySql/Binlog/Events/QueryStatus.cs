namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>The status variables of a QUERY_EVENT: the session's settings on which the statement depends (statement_events.h,
/// Query_event_status_vars). Codes from 128 on are MariaDB's (sql/log_event.h), and occur among the others in any order.</summary>
/// <remarks>A list of code (1 byte) and value; the code determines the value's length. A reader stops at an unknown code,
/// as servers do.</remarks>
internal readonly ref struct QueryStatus
{
    /// <summary>The bit of sql_mode that makes double quotes enclose names.</summary>
    public const ulong AnsiQuotes = 4;

    private QueryStatus(ReadOnlySpan<byte> timeZone) => TimeZone = timeZone;

    public uint? Flags2 { get; private init; }

    public ulong? SqlMode { get; private init; }

    /// <summary>The collation of the statement's text (character_set_client); 0 if the event does not give it.</summary>
    public ushort ClientCollation { get; private init; }

    public ushort ConnectionCollation { get; private init; }

    public ushort ServerCollation { get; private init; }

    public ushort DatabaseCollation { get; private init; }

    /// <summary>The session's time zone by the name it uses, in ASCII; empty if the event does not give it.</summary>
    public ReadOnlySpan<byte> TimeZone { get; }

    /// <summary>The microseconds to add to the header's seconds.</summary>
    public uint Microseconds { get; private init; }

    /// <summary>The transaction number of an atomic DDL statement; null for others.</summary>
    public ulong? DdlXid { get; private init; }

    public ushort Utf8Mb4DefaultCollation { get; private init; }

    /// <summary>The session's explicit_defaults_for_timestamp; null if the event does not give it.</summary>
    public bool? ExplicitDefaultsForTimestamp { get; private init; }

    public static QueryStatus Read(ReadOnlySpan<byte> variables)
    {
        var reader = new SpanReader(variables, EventType.Query);
        uint? flags2 = null;
        ulong? sqlMode = null, ddlXid = null;
        ushort client = 0, connection = 0, server = 0, database = 0, utf8 = 0;
        uint microseconds = 0;
        bool? explicitTimestamps = null;
        var zone = ReadOnlySpan<byte>.Empty;
        while (reader.Remaining > 0)
        {
            switch (reader.ReadByte())
            {
                case 0: flags2 = reader.ReadUInt32(); break;
                case 1: sqlMode = reader.ReadUInt64(); break;
                case 2: reader.Skip(reader.ReadByte() + 1); break;
                case 4: (client, connection, server) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16()); break;
                case 5: zone = reader.ReadBytes(reader.ReadByte()); break;
                case 6: reader.Skip(reader.ReadByte()); break;
                case 8: database = reader.ReadUInt16(); break;
                case 11: SkipInvoker(ref reader); break;
                case 12: SkipDatabases(ref reader); break;
                case 13: microseconds = reader.ReadUInt24(); break;
                case 17: ddlXid = reader.ReadUInt64(); break;
                case 18: utf8 = reader.ReadUInt16(); break;
                case 128: microseconds = reader.ReadUInt24(); break;
                case 129: ddlXid = reader.ReadUInt64(); break;
                case 130: SkipAlterPhase(ref reader); break;
                case 131: reader.Skip(reader.ReadByte() * 4); break;
                case 7: reader.Skip(2); break;
                case 3 or 10: reader.Skip(4); break;
                case 9: reader.Skip(8); break;
                case 16: explicitTimestamps = reader.ReadByte() != 0; break;
                case 19 or 20: reader.Skip(1); break;
                default: reader.Skip(reader.Remaining); break;
            }
        }

        return new QueryStatus(zone)
        {
            Flags2 = flags2,
            SqlMode = sqlMode,
            ClientCollation = client,
            ConnectionCollation = connection,
            ServerCollation = server,
            DatabaseCollation = database,
            Microseconds = microseconds,
            DdlXid = ddlXid,
            Utf8Mb4DefaultCollation = utf8,
            ExplicitDefaultsForTimestamp = explicitTimestamps,
        };
    }

    // MariaDB's Q_GTID_FLAGS3 repeats the extra flags of the GTID event. For a commit or a rollback, the sequence number of the
    // START ALTER follows.
    private static void SkipAlterPhase(ref SpanReader reader)
    {
        const int commitOrRollback = 4 | 8;
        if ((reader.ReadByte() & commitOrRollback) != 0)
        {
            reader.Skip(8);
        }
    }

    private static void SkipInvoker(ref SpanReader reader)
    {
        reader.Skip(reader.ReadByte());
        reader.Skip(reader.ReadByte());
    }

    private static void SkipDatabases(ref SpanReader reader)
    {
        // 254 means more than 16 databases: no names follow.
        var count = reader.ReadByte();
        for (var i = 0; count != 254 && i < count; i++)
        {
            reader.ReadNullTerminated();
        }
    }
}
