using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CdcEmbedded.Generators;

/// <summary>What the generator needs to know of a type.</summary>
internal sealed class RowModel
{
    private static readonly SymbolDisplayFormat Plain = SymbolDisplayFormat.CSharpErrorMessageFormat;

    private readonly List<Problem> _problems = new();
    private readonly List<RowMember> _members = new();
    private readonly Dictionary<string, string> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly RowTypes _types;

    private RowModel(INamedTypeSymbol type, RowTypes types)
    {
        Type = type;
        _types = types;
        var name = type.ToDisplayString(
            SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted));
        HintName = name.Replace('<', '{').Replace('>', '}') + ".CdcRow.g.cs";
    }

    public INamedTypeSymbol Type { get; }

    public string HintName { get; }

    public IReadOnlyList<Problem> Problems => _problems;

    public IReadOnlyList<RowMember> Members => _members;

    /// <summary>The tables of enumeration members that the expressions use.</summary>
    public IReadOnlyList<string> Enums => _types.Enums;

    public bool HasErrors => _problems.Count > 0;

    public static RowModel Read(INamedTypeSymbol type, TypeDeclarationSyntax syntax)
    {
        var model = new RowModel(type, new RowTypes());
        for (SyntaxNode? node = syntax; node is TypeDeclarationSyntax declaration; node = node.Parent)
        {
            if (!declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            {
                model.Report(Problem.NotPartial, type, type.ToDisplayString(Plain));
                return model;
            }
        }

        var kind = type.IsGenericType ? "generic" : type.IsAbstract ? "abstract or static" : type.IsRefLikeType ? "a ref struct"
            : type.IsFileLocal ? "local to its file" : null;
        if (kind is not null)
        {
            model.Report(Problem.Unsupported, type, type.ToDisplayString(Plain), kind);
            return model;
        }

        model.ReadMembers();
        return model;
    }

    private void ReadMembers()
    {
        var constructor = FindConstructor();
        if (constructor is null)
        {
            Report(Problem.NoConstructor, Type, Type.ToDisplayString(Plain));
            return;
        }

        var properties = Properties().ToList();
        foreach (var parameter in constructor.Parameters)
        {
            var property = properties.FirstOrDefault(p => p.Name == parameter.Name);
            Add(parameter, parameter.Type, ColumnOf(property) ?? ColumnOf(parameter) ?? parameter.Name, isParameter: true);
        }

        foreach (var property in properties)
        {
            var isMapped = property.SetMethod is { DeclaredAccessibility: Accessibility.Public } && !property.IsIndexer
                && !property.IsStatic && !Has(property, "NotMappedAttribute") && constructor.Parameters.All(p => p.Name != property.Name);
            if (isMapped)
            {
                Add(property, property.Type, ColumnOf(property) ?? property.Name, isParameter: false);
            }
        }

        if (_members.Count == 0 && !HasErrors)
        {
            Report(Problem.NothingMapped, Type, Type.ToDisplayString(Plain));
        }
    }

    private void Add(ISymbol symbol, ITypeSymbol type, string column, bool isParameter)
    {
        if (_columns.TryGetValue(column, out var other))
        {
            Report(Problem.SameColumn, symbol, other, symbol.Name, Type.ToDisplayString(Plain), column);
            return;
        }

        _columns.Add(column, symbol.Name);
        if (_types.Expression(type, _members.Count) is { } expression)
        {
            _members.Add(new RowMember(symbol.Name, column, expression, isParameter));
        }
        else
        {
            Report(Problem.NoConversion, symbol, column, type.ToDisplayString(Plain), Type.ToDisplayString(Plain));
        }
    }

    private void Report(DiagnosticDescriptor descriptor, ISymbol symbol, params string[] arguments)
        => _problems.Add(new Problem(descriptor, symbol, arguments));

    // The primary constructor of a record, else the one without parameters.
    private IMethodSymbol? FindConstructor()
    {
        var constructors = Type.InstanceConstructors;
        var primary = Type.IsRecord ? constructors.FirstOrDefault(c => c.Parameters.Length > 0 && c.DeclaringSyntaxReferences
            .Any(r => r.GetSyntax() is RecordDeclarationSyntax)) : null;
        return primary ?? constructors.FirstOrDefault(c => c.Parameters.Length == 0
            && c.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal);
    }

    // Those of base types first, as they are written.
    private IEnumerable<IPropertySymbol> Properties()
    {
        var chain = new Stack<INamedTypeSymbol>();
        for (var type = Type; type is not null && type.SpecialType == SpecialType.None; type = type.BaseType)
        {
            chain.Push(type);
        }

        var seen = new HashSet<string>();
        return chain.SelectMany(type => type.GetMembers().OfType<IPropertySymbol>())
            .Where(p => p.DeclaredAccessibility == Accessibility.Public && seen.Add(p.Name));
    }

    private static bool Has(ISymbol symbol, string attribute) => symbol.GetAttributes().Any(a => a.AttributeClass?.Name == attribute);

    private static string? ColumnOf(ISymbol? symbol)
    {
        var attribute = symbol?.GetAttributes().FirstOrDefault(a => a.AttributeClass?.Name == "ColumnAttribute");
        return attribute?.ConstructorArguments.Length == 1 ? attribute.ConstructorArguments[0].Value as string : null;
    }
}
