namespace CdcEmbedded.Sources;

/// <summary>A database that changes are read from. An adapter implements it; an application creates it and hands it to <see cref="CdcEngine"/>.</summary>
/// <remarks>Creating one opens no connection. One source may serve several engines one after another, not at once.</remarks>
public interface ISource
{
    /// <summary>The kind of source, such as <c>mysql</c>: the <see cref="CdcOffset.Connector"/> of its offsets.</summary>
    string Connector { get; }

    /// <summary>Where reading begins when no offset is stored and <see cref="CdcEngineOptions.StartFrom"/> says nothing.</summary>
    /// <value>The log's end unless a source says otherwise, as files do: those begin at their beginning.</value>
    StartPosition DefaultStart => StartPosition.Latest;

    /// <summary>Connects, checks the server and the position, and stands ready to read.</summary>
    /// <param name="context">What the engine tells the source.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A feed that the caller owns and disposes.</returns>
    /// <exception cref="ServerMisconfiguredException">The server's settings or the user's privileges do not allow it; all findings at once.</exception>
    /// <exception cref="OffsetLostException">The position is no longer there.</exception>
    /// <exception cref="OffsetFormatException">The position is not one of this kind of source.</exception>
    /// <exception cref="CdcConnectionException">The server could not be reached.</exception>
    /// <exception cref="CdcAuthenticationException">The server refused the credentials.</exception>
    ValueTask<ISourceFeed> OpenAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken);

    /// <summary>Checks server, privileges and position without reading, and reports everything found.</summary>
    /// <param name="context">What the engine tells the source.</param>
    /// <param name="start">Where reading would begin.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CdcConnectionException">The server could not be reached.</exception>
    /// <exception cref="CdcAuthenticationException">The server refused the credentials.</exception>
    ValueTask<IReadOnlyList<SourceFinding>> ValidateAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken);
}
