using CdcEmbedded.ServerTests.Matrix;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>A column as information_schema describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">COLUMN_TYPE.</param>
/// <param name="DataType">DATA_TYPE in lower case.</param>
/// <param name="Description">What is compared with the column that the stream has.</param>
/// <param name="BareDescription">The same without its character set.</param>
/// <param name="IsGenerated">True if its values cannot be given.</param>
public sealed record GrammarColumn(string Name, string Type, string DataType, string Description, string BareDescription,
    bool IsGenerated)
{
    /// <summary>How its values are compared.</summary>
    public ServerColumn Values { get; } = new(Name, DataType);
}
