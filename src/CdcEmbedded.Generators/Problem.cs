using System;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace CdcEmbedded.Generators;

/// <summary>One diagnostic, without the syntax tree that it is about.</summary>
internal sealed class Problem : IEquatable<Problem>
{
    public static readonly DiagnosticDescriptor NotPartial = Error("CDC001", "The type is not partial",
        "{0} has [CdcRow] and is not partial, so no code can be added to it: declare it, and every type around it, partial");

    public static readonly DiagnosticDescriptor NoConversion = Error("CDC002", "No value converts to the property's type",
        "Column '{0}' cannot be read into {1} of {2}: use a type of the page of types, a type with [CdcRow], DataValue, or [NotMapped]");

    public static readonly DiagnosticDescriptor SameColumn = Error("CDC003", "Two properties have one column",
        "Properties {0} and {1} of {2} both have the column '{3}': name one of them with [Column], or mark it [NotMapped]");

    public static readonly DiagnosticDescriptor NoConstructor = Error("CDC004", "The type has no usable constructor",
        "{0} has no public constructor without parameters and is no record with a primary constructor: add one");

    public static readonly DiagnosticDescriptor NothingMapped = Error("CDC005", "The type has no columns",
        "{0} has no public property that can be set or initialized: nothing would be read");

    public static readonly DiagnosticDescriptor Unsupported = Error("CDC006", "The kind of type is not supported",
        "{0} is {1}, which [CdcRow] does not support");

    private readonly DiagnosticDescriptor _descriptor;
    private readonly string[] _arguments;
    private readonly string _path;
    private readonly TextSpan _span;
    private readonly LinePositionSpan _lines;

    public Problem(DiagnosticDescriptor descriptor, ISymbol symbol, params string[] arguments)
    {
        _descriptor = descriptor;
        _arguments = arguments;
        var location = symbol.Locations.Length > 0 ? symbol.Locations[0] : Location.None;
        _path = location.SourceTree?.FilePath ?? "";
        _span = location.SourceSpan;
        _lines = location.GetLineSpan().Span;
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(_descriptor,
        _path.Length > 0 ? Location.Create(_path, _span, _lines) : Location.None, _arguments);

    public bool Equals(Problem? other) => other is not null && _descriptor.Id == other._descriptor.Id && _path == other._path
        && _span == other._span && string.Join("\n", _arguments) == string.Join("\n", other._arguments);

    public override bool Equals(object? obj) => Equals(obj as Problem);

    public override int GetHashCode() => _span.GetHashCode();

    private static DiagnosticDescriptor Error(string id, string title, string message)
        => new(id, title, message, "CdcEmbedded", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
