//! A module as small as its meaning allows. Functions that look alike stand side by side, where
//! compression sees that they do; their order means nothing to who runs them. Names of functions
//! and tools go.

use wasm_encoder::{
    CodeSection, FunctionSection, Module,
    reencode::{self, Reencode, utils},
};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, FunctionSectionReader, Parser, Payload, TypeRef,
};

type Error = reencode::Error<std::convert::Infallible>;

/// The same module, its functions in the order of their bytes, without custom sections.
pub(crate) fn slimmed(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let mut module = Module::new();
    Sorting::of(wasm)?.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

struct Sorting {
    /// Functions before the module's own.
    imported: u32,
    /// The module's own functions by their old places, in the new order.
    order: Vec<usize>,
    /// The new place of each.
    places: Vec<u32>,
}

impl Sorting {
    fn of(wasm: &[u8]) -> Result<Self, Error> {
        let mut imported = 0;
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                            imported += 1;
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
                _ => {}
            }
        }
        let mut order: Vec<usize> = (0..bodies.len()).collect();
        order.sort_by_key(|old| bodies[*old]);
        let mut places = vec![0; order.len()];
        for (place, old) in (0..).zip(&order) {
            places[*old] = place;
        }
        Ok(Self {
            imported,
            order,
            places,
        })
    }
}

impl Reencode for Sorting {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let own = function.checked_sub(self.imported);
        let place = own.and_then(|own| self.places.get(usize::try_from(own).ok()?));
        Ok(place.map_or(function, |place| self.imported + place))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types: Vec<u32> = section.into_iter().collect::<Result<_, _>>()?;
        for old in self.order.clone() {
            functions.function(self.type_index(types[old])?);
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies: Vec<_> = section.into_iter().collect::<Result<_, _>>()?;
        for old in self.order.clone() {
            utils::parse_function_body(self, code, bodies[old].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CustomSection, ElementSection, Elements, ExportKind, ExportSection, Function, Instruction,
        RefType, TableSection, TableType, TypeSection, ValType,
    };

    /// Three functions that give numbers, the middle one by calling the last; two are exported,
    /// and one stands in a table.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for instruction in [
            Instruction::I32Const(9),
            Instruction::Call(2),
            Instruction::I32Const(4),
        ] {
            functions.function(0);
            let mut function = Function::new([]);
            function
                .instruction(&instruction)
                .instruction(&Instruction::End);
            code.function(&function);
        }
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 1,
            maximum: None,
            shared: false,
        });
        let mut exports = ExportSection::new();
        exports
            .export("nine", ExportKind::Func, 0)
            .export("four", ExportKind::Func, 1);
        let mut elements = ElementSection::new();
        let first = wasm_encoder::ConstExpr::i32_const(0);
        elements.active(None, &first, Elements::Functions([0].as_slice().into()));
        let mut module = Module::new();
        module
            .section(&types)
            .section(&functions)
            .section(&tables)
            .section(&exports)
            .section(&elements)
            .section(&code)
            .section(&CustomSection {
                name: "name".into(),
                data: [1].as_slice().into(),
            });
        module.finish()
    }

    /// What each export does: its instructions, calls followed.
    fn exports(wasm: &[u8]) -> Vec<(String, String)> {
        let (mut named, mut bodies) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::ExportSection(section) => {
                    named.extend(
                        section
                            .into_iter()
                            .map(|it| it.map(|it| (it.name.to_owned(), it.index)).unwrap()),
                    );
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        let does = |mut at: u32| loop {
            let first = bodies[at as usize]
                .get_operators_reader()
                .unwrap()
                .read()
                .unwrap();
            match first {
                wasmparser::Operator::Call { function_index } => at = function_index,
                other => return format!("{other:?}"),
            }
        };
        named
            .into_iter()
            .map(|(name, at)| (name, does(at)))
            .collect()
    }

    #[test]
    fn another_order_does_the_same() {
        let wasm = module();
        let sorted = slimmed(&wasm).unwrap();
        assert_ne!(wasm, sorted);
        wasmparser::validate(&sorted).unwrap();
        assert_eq!(exports(&wasm), exports(&sorted));
        let is_custom = |payload: &Payload<'_>| matches!(payload, Payload::CustomSection(_));
        let customs = |wasm: &[u8]| {
            let payloads = Parser::new(0).parse_all(wasm);
            payloads.map(Result::unwrap).filter(is_custom).count()
        };
        assert_eq!((customs(&wasm), customs(&sorted)), (1, 0));
        assert_eq!(sorted, slimmed(&sorted).unwrap(), "it is in order already");
        assert!(slimmed(&wasm[..wasm.len() - 3]).is_err());
    }
}
