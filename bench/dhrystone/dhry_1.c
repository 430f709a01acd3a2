/*
 * Dhrystone 2.1, part 1. usage: dhrystone [RUNS]
 * Prints every final value that the published program lists and ends with
 * status 1 if one differs. The time is the runner's business.
 */
#include "dhry.h"

Rec_Pointer Ptr_Glob, Next_Ptr_Glob;
int Int_Glob;
Boolean Bool_Glob;
char Ch_1_Glob, Ch_2_Glob;
int Arr_1_Glob[50];
int Arr_2_Glob[50][50];

static One_Fifty Int_1_Loc, Int_2_Loc, Int_3_Loc;
static Enumeration Enum_Loc;
static Str_30 Str_1_Loc, Str_2_Loc;
static int wrong;

static void Initialise(void)
{
    Next_Ptr_Glob = (Rec_Pointer)malloc(sizeof(Rec_Type));
    Ptr_Glob = (Rec_Pointer)malloc(sizeof(Rec_Type));
    Ptr_Glob->Ptr_Comp = Next_Ptr_Glob;
    Ptr_Glob->Discr = Ident_1;
    Ptr_Glob->variant.var_1.Enum_Comp = Ident_3;
    Ptr_Glob->variant.var_1.Int_Comp = 40;
    strcpy(Ptr_Glob->variant.var_1.Str_Comp, "DHRYSTONE PROGRAM, SOME STRING");
    strcpy(Str_1_Loc, "DHRYSTONE PROGRAM, 1'ST STRING");
    Arr_2_Glob[8][7] = 10;
}

static void Measure(int Number_Of_Runs)
{
    One_Fifty Int_1 = 0, Int_2 = 0, Int_3 = 0;
    char Ch_Index;
    Enumeration Enum = Ident_1;
    Str_30 Str_1, Str_2;
    int Run_Index;

    strcpy(Str_1, Str_1_Loc);
    for (Run_Index = 1; Run_Index <= Number_Of_Runs; ++Run_Index) {
        Proc_5();
        Proc_4();
        Int_1 = 2;
        Int_2 = 3;
        strcpy(Str_2, "DHRYSTONE PROGRAM, 2'ND STRING");
        Enum = Ident_2;
        Bool_Glob = !Func_2(Str_1, Str_2);
        while (Int_1 < Int_2) {
            Int_3 = 5 * Int_1 - Int_2;
            Proc_7(Int_1, Int_2, &Int_3);
            Int_1 += 1;
        }
        Proc_8(Arr_1_Glob, Arr_2_Glob, Int_1, Int_3);
        Proc_1(Ptr_Glob);
        for (Ch_Index = 'A'; Ch_Index <= Ch_2_Glob; ++Ch_Index) {
            if (Enum == Func_1(Ch_Index, 'C')) {
                Proc_6(Ident_1, &Enum);
                strcpy(Str_2, "DHRYSTONE PROGRAM, 3'RD STRING");
                Int_2 = Run_Index;
                Int_Glob = Run_Index;
            }
        }
        Int_2 = Int_2 * Int_1;
        Int_1 = Int_2 / Int_3;
        Int_2 = 7 * (Int_2 - Int_3) - Int_1;
        Proc_2(&Int_1);
    }
    Int_1_Loc = Int_1;
    Int_2_Loc = Int_2;
    Int_3_Loc = Int_3;
    Enum_Loc = Enum;
    strcpy(Str_2_Loc, Str_2);
}

static void Check_Int(const char *name, int value, int expected)
{
    printf("%-28s %d%s\n", name, value, value == expected ? "" : " WRONG");
    wrong |= value != expected;
}

static void Check_Char(const char *name, char value, char expected)
{
    printf("%-28s %c%s\n", name, value, value == expected ? "" : " WRONG");
    wrong |= value != expected;
}

static void Check_Str(const char *name, const char *value,
                      const char *expected)
{
    int same = strcmp(value, expected) == 0;
    printf("%-28s %s%s\n", name, value, same ? "" : " WRONG");
    wrong |= !same;
}

static void Check_Globals(int Number_Of_Runs)
{
    Check_Int("Int_Glob", Int_Glob, 5);
    Check_Int("Bool_Glob", Bool_Glob, 1);
    Check_Char("Ch_1_Glob", Ch_1_Glob, 'A');
    Check_Char("Ch_2_Glob", Ch_2_Glob, 'B');
    Check_Int("Arr_1_Glob[8]", Arr_1_Glob[8], 7);
    Check_Int("Arr_2_Glob[8][7]", Arr_2_Glob[8][7], Number_Of_Runs + 10);
}

static void Check_Records(void)
{
    Check_Int("Ptr_Glob->Ptr_Comp", Ptr_Glob->Ptr_Comp == Next_Ptr_Glob, 1);
    Check_Int("Ptr_Glob->Discr", Ptr_Glob->Discr, 0);
    Check_Int("Ptr_Glob->Enum_Comp", Ptr_Glob->variant.var_1.Enum_Comp, 2);
    Check_Int("Ptr_Glob->Int_Comp", Ptr_Glob->variant.var_1.Int_Comp, 17);
    Check_Str("Ptr_Glob->Str_Comp", Ptr_Glob->variant.var_1.Str_Comp,
              "DHRYSTONE PROGRAM, SOME STRING");
    Check_Int("Next_Ptr_Glob->Ptr_Comp",
              Next_Ptr_Glob->Ptr_Comp == Ptr_Glob->Ptr_Comp, 1);
    Check_Int("Next_Ptr_Glob->Discr", Next_Ptr_Glob->Discr, 0);
    Check_Int("Next_Ptr_Glob->Enum_Comp",
              Next_Ptr_Glob->variant.var_1.Enum_Comp, 1);
    Check_Int("Next_Ptr_Glob->Int_Comp",
              Next_Ptr_Glob->variant.var_1.Int_Comp, 18);
    Check_Str("Next_Ptr_Glob->Str_Comp",
              Next_Ptr_Glob->variant.var_1.Str_Comp,
              "DHRYSTONE PROGRAM, SOME STRING");
}

static void Check_Locals(void)
{
    Check_Int("Int_1_Loc", Int_1_Loc, 5);
    Check_Int("Int_2_Loc", Int_2_Loc, 13);
    Check_Int("Int_3_Loc", Int_3_Loc, 7);
    Check_Int("Enum_Loc", Enum_Loc, 1);
    Check_Str("Str_1_Loc", Str_1_Loc, "DHRYSTONE PROGRAM, 1'ST STRING");
    Check_Str("Str_2_Loc", Str_2_Loc, "DHRYSTONE PROGRAM, 2'ND STRING");
}

int main(int argc, char **argv)
{
    int Number_Of_Runs = argc > 1 ? atoi(argv[1]) : 5000000;

    printf("Dhrystone 2.1, %d runs\n", Number_Of_Runs);
    Initialise();
    Measure(Number_Of_Runs);
    Check_Globals(Number_Of_Runs);
    Check_Records();
    Check_Locals();
    puts(wrong ? "WRONG RESULTS" : "all results right");
    return wrong;
}

void Proc_1(Rec_Pointer Ptr_Val_Par)
{
    Rec_Pointer Next_Record = Ptr_Val_Par->Ptr_Comp;

    *Ptr_Val_Par->Ptr_Comp = *Ptr_Glob;
    Ptr_Val_Par->variant.var_1.Int_Comp = 5;
    Next_Record->variant.var_1.Int_Comp =
        Ptr_Val_Par->variant.var_1.Int_Comp;
    Next_Record->Ptr_Comp = Ptr_Val_Par->Ptr_Comp;
    Proc_3(&Next_Record->Ptr_Comp);
    if (Next_Record->Discr == Ident_1) {
        Next_Record->variant.var_1.Int_Comp = 6;
        Proc_6(Ptr_Val_Par->variant.var_1.Enum_Comp,
               &Next_Record->variant.var_1.Enum_Comp);
        Next_Record->Ptr_Comp = Ptr_Glob->Ptr_Comp;
        Proc_7(Next_Record->variant.var_1.Int_Comp, 10,
               &Next_Record->variant.var_1.Int_Comp);
    } else {
        *Ptr_Val_Par = *Ptr_Val_Par->Ptr_Comp;
    }
}

void Proc_2(One_Fifty *Int_Par_Ref)
{
    One_Fifty Int_Loc;
    Enumeration Enum = Ident_2;

    Int_Loc = *Int_Par_Ref + 10;
    do {
        if (Ch_1_Glob == 'A') {
            Int_Loc -= 1;
            *Int_Par_Ref = Int_Loc - Int_Glob;
            Enum = Ident_1;
        }
    } while (Enum != Ident_1);
}

void Proc_3(Rec_Pointer *Ptr_Ref_Par)
{
    if (Ptr_Glob != NULL)
        *Ptr_Ref_Par = Ptr_Glob->Ptr_Comp;
    Proc_7(10, Int_Glob, &Ptr_Glob->variant.var_1.Int_Comp);
}

void Proc_4(void)
{
    Boolean Bool_Loc;

    Bool_Loc = Ch_1_Glob == 'A';
    Bool_Glob = Bool_Loc | Bool_Glob;
    Ch_2_Glob = 'B';
}

void Proc_5(void)
{
    Ch_1_Glob = 'A';
    Bool_Glob = false;
}
