using System.Text.Json;

namespace CdcEmbedded;

/// <summary>Where a change comes from. Adapters derive from it to add their own terms. Immutable.</summary>
public class SourceInfo
{
    /// <summary>The kind of source, such as <c>mysql</c>.</summary>
    public required string Connector { get; init; }

    /// <summary>The engine's name (<see cref="CdcEngineOptions.Name"/>).</summary>
    public required string Name { get; init; }

    /// <summary>When the source committed the change (if its log says so) or executed it, in UTC.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The table or collection.</summary>
    public required string Table { get; init; }

    /// <summary>True if a snapshot read it; false if it is from the log.</summary>
    public bool IsSnapshot => Snapshot != SnapshotMarker.None;

    /// <summary>Which part of a snapshot it is.</summary>
    /// <value>The default is <see cref="SnapshotMarker.None"/>: it is from the log.</value>
    public SnapshotMarker Snapshot { get; init; }

    /// <summary>Returns the same without whatever holds values of the row or document, such as the statement: where transforms hide
    /// columns, applications get this.</summary>
    public virtual SourceInfo WithoutValues() => this;

    /// <summary>Writes the adapter's own terms as properties of the JSON <c>source</c> object.</summary>
    /// <param name="writer">Inside the object, after the common properties.</param>
    public virtual void WriteProperties(Utf8JsonWriter writer)
    {
    }
}
