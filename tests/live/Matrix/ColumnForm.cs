namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>The ways in which values of the server and of the reader are made comparable.</summary>
public enum ColumnForm
{
    /// <summary>Both sides print the same text.</summary>
    Plain,

    /// <summary>Characters, and labels of ENUM and SET.</summary>
    Text,

    /// <summary>Integers and decimals; leading zeros of ZEROFILL do not count.</summary>
    Number,

    /// <summary>Floating-point numbers: the same number in any notation.</summary>
    Floating,

    /// <summary>Bytes, as hexadecimal.</summary>
    Bytes,

    /// <summary>JSON: the same document in any notation.</summary>
    Json,
}
