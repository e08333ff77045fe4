using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Builds a hosted stream. The packages of sources add their <c>From…</c> methods to it; CdcEmbedded.Hosting implements
/// it.</summary>
/// <remarks>It is here, and not in the hosting package, so that a source's package needs no other package for its method.</remarks>
public interface ICdcBuilder
{
    /// <summary>The stream's name, which is its engine's.</summary>
    string Name { get; }

    /// <summary>Sets the source.</summary>
    /// <param name="create">Makes it: once to check the options, then for each start of the stream.</param>
    void UseSource(Func<ISourceServices, ISource> create);
}
