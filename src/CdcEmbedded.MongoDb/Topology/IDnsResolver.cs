namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Reads the records that <c>mongodb+srv://</c> needs.</summary>
internal interface IDnsResolver
{
    /// <summary>The SRV records of a name; empty where there are none.</summary>
    /// <exception cref="CdcConnectionException">No name server gave an answer.</exception>
    ValueTask<IReadOnlyList<SrvRecord>> ResolveSrvAsync(string name, CancellationToken cancellationToken);

    /// <summary>The TXT records of a name, the strings of each joined; empty where there are none.</summary>
    /// <exception cref="CdcConnectionException">No name server gave an answer.</exception>
    ValueTask<IReadOnlyList<string>> ResolveTxtAsync(string name, CancellationToken cancellationToken);
}
