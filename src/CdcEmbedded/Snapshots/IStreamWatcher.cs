using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Sees what a stream delivers, before it is delivered. Called by the reading flow.</summary>
internal interface IStreamWatcher
{
    /// <summary>True if it must see the changes of a table.</summary>
    bool Watches(string database, string table);

    /// <summary>The stream is about to deliver a change of a watched table.</summary>
    void OnChange(in TableChange change);

    /// <summary>A snapshot is about to deliver a row of a watched table.</summary>
    void OnRow(DataRecord row);

    /// <summary>Something happened to a table as a whole, or to all tables of a database if no table is given.</summary>
    void OnSchemaChange(string database, string table);

    /// <summary>Everything up to a transaction's end has been handed over, and nothing after it.</summary>
    /// <returns>A probe to put into the stream here; null for none.</returns>
    AcknowledgementProbe? OnBoundary(SourcePosition place);

    /// <summary>The feed was opened again, perhaps on another server.</summary>
    void OnReopened();
}
