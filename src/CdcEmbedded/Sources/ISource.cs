namespace CdcEmbedded.Sources;

/// <summary>A database that changes are read from. An adapter implements it; an application creates it and passes
/// it to <see cref="CdcEngine"/>.</summary>
/// <remarks>Creating one opens no connection. A source holds its options and nothing that belongs to one engine: that is in
/// <see cref="SourceContext.GetState"/>. So one source may serve several engines at once. Thread-safe.</remarks>
public interface ISource
{
    /// <summary>The kind of source, such as <c>mysql</c>: the <see cref="CdcOffset.Connector"/> of its offsets.</summary>
    string Connector { get; }

    /// <summary>Where reading begins when no offset is stored and <see cref="CdcEngineOptions.StartFrom"/> is not set.</summary>
    /// <value>The log's end unless a source says otherwise, as files do: those begin at their beginning.</value>
    StartPosition DefaultStart => StartPosition.Latest;

    /// <summary>Reads the position in an offset, of this version of the adapter or of any earlier one. Makes no connection.</summary>
    /// <param name="offset">An offset of this kind of source: see <see cref="OffsetContent.Read"/>.</param>
    /// <exception cref="OffsetFormatException">It belongs to another kind of source, or is damaged.</exception>
    SourcePosition ReadPosition(CdcOffset offset);

    /// <summary>True if the source's options name a table, without wildcards, as one to capture: then its rows are delivered even if
    /// it is the engine's <see cref="SnapshotOptions.SignalTable"/>. Makes no connection.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table or collection.</param>
    /// <value>The default is false.</value>
    bool CapturesByName(string database, string table) => false;

    /// <summary>Makes a record of the bytes that <see cref="DataRecord.SourceBytes"/> returned, perhaps in another process.</summary>
    /// <param name="bytes">The bytes, never written again.</param>
    /// <exception cref="NotSupportedException">Records of this source have no such bytes; the default.</exception>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    DataRecord ReadRecord(byte[] bytes) => throw new NotSupportedException($"Records of {Connector} are not made of bytes.");

    /// <summary>Measures how far a position is from both ends of the log, for metrics. Called beside an open feed, from another flow, at
    /// most once at a time.</summary>
    /// <param name="context">The context of the feed.</param>
    /// <param name="position">A position of the feed.</param>
    /// <param name="lag">How long ago the source committed what is at the position; zero at the log's end.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null, the default, where the source cannot say.</returns>
    /// <exception cref="CdcException">The server could not be asked.</exception>
    ValueTask<LogDistance?> MeasureLogAsync(SourceContext context, SourcePosition position, TimeSpan lag,
        CancellationToken cancellationToken) => default;

    /// <summary>How often the engine calls <see cref="WriteHeartbeatAsync"/> while it reads.</summary>
    /// <value>Null, the default: never. From one second to one day; the engine refuses others when it is created.</value>
    TimeSpan? HeartbeatWriteInterval => null;

    /// <summary>Writes something into the source's log, so that the position of a stream without other traffic moves. Called beside an
    /// open feed, from another flow, one call at a time.</summary>
    /// <remarks>A failure is logged and the write is tried again after the interval. The feed does not deliver what is written, unless the
    /// source's options name its table without wildcards.</remarks>
    /// <param name="context">The context of the feed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CdcException">The server could not be reached, or refused the write.</exception>
    ValueTask WriteHeartbeatAsync(SourceContext context, CancellationToken cancellationToken) => default;

    /// <summary>Connects, and checks everything that can be checked before the first event: the server, the user's privileges, what is to
    /// be captured, and whether the log still has the start.</summary>
    /// <remarks>The one list of findings serves both ways: the engine throws at the start where one is an error, and
    /// <see cref="CdcEngine.ValidateAsync"/> returns it. What was found is no exception here.</remarks>
    /// <param name="context">What the engine gives the source.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The caller owns and disposes it.</returns>
    /// <exception cref="CdcConnectionException">The server could not be reached.</exception>
    /// <exception cref="CdcAuthenticationException">The server refused the credentials.</exception>
    ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken);
}
