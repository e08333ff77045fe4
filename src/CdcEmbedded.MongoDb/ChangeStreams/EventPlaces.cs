using System.Runtime.InteropServices;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Where the fields of one event lie in the batch's buffer: 36 bytes an event, filled by one walk. 0 is a field that is not there,
/// as no value can lie at the buffer's very beginning.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EventPlaces
{
    /// <summary>Stands for a field that is null.</summary>
    public const int Null = -1;

    /// <summary>The whole event.</summary>
    public int Event;

    /// <summary>The resume token, a document.</summary>
    public int Token;

    /// <summary>A timestamp.</summary>
    public int ClusterTime;

    /// <summary>A date.</summary>
    public int WallTime;

    /// <summary>A document.</summary>
    public int Namespace;

    /// <summary>A document.</summary>
    public int Key;

    /// <summary>A document, or <see cref="Null"/>.</summary>
    public int After;

    /// <summary>A document, or <see cref="Null"/>.</summary>
    public int Before;

    /// <summary>What happened.</summary>
    public EventKind Kind;
}
